//! A plot of one row: for each figure a bar of ours and one of its baseline, each to its median and
//! with a whisker from there to its p99.

use std::fmt::Write;

use crate::row::{Figure, Row, Unit};
use crate::spread::Spread;

/// Where bars begin; their names stand to the left of it.
const LEFT: f64 = 250.0;
/// How far bars reach at the most; values stand to the right of it.
const LONGEST: f64 = 430.0;
const WIDTH: f64 = 800.0;
const BAR: f64 = 13.0;
const GAP: f64 = 12.0;
const TOP: f64 = 64.0;

/// The colours stand on white and on near-black alike; text follows what the reader's page is.
const STYLE: &str = "<style>text{font:13px system-ui,sans-serif;fill:#57606a}\
    .title{font-size:15px;font-weight:600}.ours{fill:#2f81f7}.baseline{fill:#8b949e}\
    .whisker{stroke:#8b5a00;stroke-width:1.5;fill:none}\
    @media(prefers-color-scheme:dark){text{fill:#9da7b3}.whisker{stroke:#e3b341}}</style>";

/// The plot as an SVG document.
#[must_use]
pub fn svg(row: &Row) -> String {
    let longest = row.figures.iter().flat_map(spreads).map(|spread| spread.p99.max(spread.median));
    let scale = LONGEST / longest.fold(f64::MIN_POSITIVE, f64::max);
    let mut body = String::new();
    let mut y = TOP;
    for figure in &row.figures {
        let height = figure_at(&mut body, row.unit, figure, y, scale);
        y += height + GAP;
    }
    let baselines = baselines(row);
    let legend = if baselines.is_empty() { String::new() } else { legend(&baselines) };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" role=\"img\">\
         <title>{title}</title>{STYLE}\n\
         <text class=\"title\" x=\"12\" y=\"24\">{title}</text>\n{legend}{body}</svg>\n",
        title = escaped(&format!("{}: {}", row.name, row.question)),
    )
}

fn spreads(figure: &Figure) -> impl Iterator<Item = &Spread> {
    std::iter::once(&figure.ours).chain(figure.baseline.as_ref().map(|baseline| &baseline.spread))
}

/// The names of the row's baselines, each once.
fn baselines(row: &Row) -> String {
    let mut names: Vec<&str> = Vec::new();
    for baseline in row.figures.iter().filter_map(|figure| figure.baseline.as_ref()) {
        if !names.contains(&baseline.name.as_str()) {
            names.push(&baseline.name);
        }
    }
    names.join(", ")
}

fn legend(baselines: &str) -> String {
    format!(
        "<rect class=\"ours\" x=\"12\" y=\"38\" width=\"12\" height=\"12\"/>\
         <text x=\"30\" y=\"49\">Hookline</text>\
         <rect class=\"baseline\" x=\"112\" y=\"38\" width=\"12\" height=\"12\"/>\
         <text x=\"130\" y=\"49\">{}</text>\n",
        escaped(baselines),
    )
}

/// Draws a figure below `y` and gives its height.
fn figure_at(body: &mut String, unit: Unit, figure: &Figure, y: f64, scale: f64) -> f64 {
    let height = spreads(figure).map(|_| BAR).sum::<f64>();
    let _ = writeln!(
        body,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
        LEFT - 8.0,
        y + height / 2.0 + 4.5,
        escaped(&figure.case),
    );
    for (spread, (class, y)) in spreads(figure).zip([("ours", y), ("baseline", y + BAR)]) {
        bar(body, unit, class, spread, y, scale);
    }
    height
}

fn bar(body: &mut String, unit: Unit, class: &str, spread: &Spread, y: f64, scale: f64) {
    // An overhead may come out below nothing; its bar then has no length.
    let [to_median, to_p99] = [spread.median, spread.p99].map(|value| (value * scale).max(0.0));
    let (middle, tip) = (y + BAR / 2.0, LEFT + to_median.max(to_p99));
    let _ = write!(
        body,
        "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{to_median:.1}\" height=\"{}\"/>",
        BAR - 1.0,
    );
    if spread.n > 1 {
        let _ = write!(
            body,
            "<path class=\"whisker\" d=\"M{:.1} {middle}H{tip:.1}m0 -3v6\"/>",
            LEFT + to_median,
        );
    }
    let _ = writeln!(
        body,
        "<text x=\"{:.1}\" y=\"{}\">{}</text>",
        tip + 6.0,
        y + BAR - 2.5,
        escaped(&unit.show(spread.median)),
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
