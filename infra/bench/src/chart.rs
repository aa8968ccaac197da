//! A plot of one row: for each figure a bar of ours and one of its baseline, each to its median and
//! with a whisker from there to its p99, or that of a rate to its p1.

use std::fmt::Write;

use crate::row::{Figure, Row, Unit};
use crate::spread::Spread;

/// Where bars begin; their names stand to the left of it.
const LEFT: f64 = 250.0;
/// How far bars reach at the most; values stand to the right of it.
const LONGEST: f64 = 430.0;
const WIDTH: f64 = 840.0;
const BAR: f64 = 13.0;
const GAP: f64 = 12.0;
const TOP: f64 = 64.0;

/// Each colour is read on white and on near-black alike, since a picture does not know its page.
const STYLE: &str = "<style>text{font:13px system-ui,sans-serif;fill:#6e7781}\
    .title{font-size:15px;font-weight:600}.ours{fill:#2f81f7}.baseline{fill:#8b949e}\
    .whisker{stroke:#bf8700;stroke-width:1.5;fill:none}</style>";

/// The plot as an SVG document.
#[must_use]
pub fn svg(row: &Row) -> String {
    let longest = row.figures.iter().flat_map(spreads).map(|spread| reach(row.unit, spread));
    let scale = LONGEST / longest.fold(f64::MIN_POSITIVE, f64::max);
    let mut body = String::new();
    let mut y = TOP;
    for figure in &row.figures {
        let height = figure_at(&mut body, row.unit, figure, y, scale);
        y += height + GAP;
    }
    let baselines = baselines(row);
    let legend = if baselines.is_empty() { String::new() } else { legend(row.unit, &baselines) };
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

fn legend(unit: Unit, baselines: &str) -> String {
    let end = if unit.is_rate() { "p1" } else { "p99" };
    format!(
        "<rect class=\"ours\" x=\"12\" y=\"38\" width=\"12\" height=\"12\"/>\
         <text x=\"30\" y=\"49\">Hookline</text>\
         <rect class=\"baseline\" x=\"112\" y=\"38\" width=\"12\" height=\"12\"/>\
         <text x=\"130\" y=\"49\">{}</text>\
         <text x=\"828\" y=\"49\" text-anchor=\"end\">bars to p50, whiskers to {end}</text>\n",
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
    let length = |value: f64| (value * scale).max(0.0);
    let to_median = length(spread.median);
    let (middle, tip) = (y + BAR / 2.0, LEFT + length(reach(unit, spread)));
    let _ = write!(
        body,
        "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{to_median:.1}\" height=\"{}\"/>",
        BAR - 1.0,
    );
    if let Some(end) = unit.worse_end(spread) {
        let _ = write!(
            body,
            "<path class=\"whisker\" d=\"M{:.1} {middle}H{:.1}m0 -3v6\"/>",
            LEFT + to_median,
            LEFT + length(end),
        );
    }
    let _ = writeln!(
        body,
        "<text x=\"{:.1}\" y=\"{}\">{}</text>",
        tip + 6.0,
        y + BAR - 2.5,
        escaped(&unit.show_spread(spread)),
    );
}

/// How far a spread is drawn.
fn reach(unit: Unit, spread: &Spread) -> f64 {
    unit.worse_end(spread).map_or(spread.median, |end| end.max(spread.median))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_bar_beside_its_baseline_each_with_a_whisker() {
        let mut row = Row::new("init", "How <long>?", Unit::Millis);
        let ours = Spread { n: 9, p1: None, p25: 1.0, median: 2.0, p75: 3.0, p99: 4.0 };
        row.figures.push(Figure::new("start & go", ours).beside("echo", Spread::exactly(1.0)));
        row.figures.push(Figure::new("below nothing", Spread::exactly(-1.0)));

        let title = "init: How &lt;long&gt;?";
        let wanted = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 840 127\" role=\"img\">\
             <title>{title}</title>{STYLE}\n\
             <text class=\"title\" x=\"12\" y=\"24\">{title}</text>\n\
             <rect class=\"ours\" x=\"12\" y=\"38\" width=\"12\" height=\"12\"/>\
             <text x=\"30\" y=\"49\">Hookline</text>\
             <rect class=\"baseline\" x=\"112\" y=\"38\" width=\"12\" height=\"12\"/>\
             <text x=\"130\" y=\"49\">echo</text>\
             <text x=\"828\" y=\"49\" text-anchor=\"end\">bars to p50, whiskers to p99</text>\n\
             <text x=\"242\" y=\"81.5\" text-anchor=\"end\">start &amp; go</text>\n\
             <rect class=\"ours\" x=\"250\" y=\"64\" width=\"215.0\" height=\"12\"/>\
             <path class=\"whisker\" d=\"M465.0 70.5H680.0m0 -3v6\"/>\
             <text x=\"686.0\" y=\"74.5\">2 ms / 4 ms</text>\n\
             <rect class=\"baseline\" x=\"250\" y=\"77\" width=\"107.5\" height=\"12\"/>\
             <text x=\"363.5\" y=\"87.5\">1 ms</text>\n\
             <text x=\"242\" y=\"113\" text-anchor=\"end\">below nothing</text>\n\
             <rect class=\"ours\" x=\"250\" y=\"102\" width=\"0.0\" height=\"12\"/>\
             <text x=\"256.0\" y=\"112.5\">−1 ms</text>\n\
             </svg>\n"
        );
        assert_eq!(svg(&row), wanted);
    }
}
