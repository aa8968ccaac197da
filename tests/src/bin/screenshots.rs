//! Takes pictures of the console for the README: pages of a Hookline that has seen a few calls, on a
//! desktop and on a phone, in the light and in the dark.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use hookline_tests::browser::{Browser, BrowserError};
use hookline_tests::showcase::{CALL, CAMPAIGN, Pace, Showcase, ShowcaseError};

/// Plays a few calls and takes pictures of the pages that show them.
#[derive(Parser)]
struct Arguments {
    /// The folder that they go to.
    folder: PathBuf,
    /// Every page in every way, instead of those that the README shows.
    #[arg(long)]
    all: bool,
}

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("chromium and chromedriver are needed for this")]
    NoBrowser,
    #[error(transparent)]
    Browser(#[from] BrowserError),
    #[error(transparent)]
    Showcase(#[from] ShowcaseError),
    #[error("a picture could not be written: {0}")]
    File(#[from] std::io::Error),
}

/// A picture.
struct Picture {
    name: &'static str,
    page: String,
    look: Look,
    /// No higher than this.
    height: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Desktop,
    Dark,
    Phone,
    PhoneDark,
}

impl Look {
    const ALL: [Self; 4] = [Self::Desktop, Self::Dark, Self::Phone, Self::PhoneDark];

    fn width(self) -> u32 {
        match self {
            Self::Desktop | Self::Dark => 1280,
            Self::Phone | Self::PhoneDark => 390,
        }
    }

    fn is_dark(self) -> bool {
        matches!(self, Self::Dark | Self::PhoneDark)
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Desktop => "",
            Self::Dark => "-dark",
            Self::Phone => "-phone",
            Self::PhoneDark => "-phone-dark",
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match take(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

async fn take(arguments: &Arguments) -> Result<(), Fault> {
    let browser = Browser::start().await?.ok_or(Fault::NoBrowser)?;
    let showcase = Showcase::play(Pace::Lifelike).await?;
    std::fs::create_dir_all(&arguments.folder)?;
    browser.goto(&format!("{}/console/", showcase.url())).await?;
    browser.fill("#key", showcase.admin_key()).await?;
    browser.click("main button").await?;
    browser.until_text("h1", "Campaigns").await?;
    let pictures = if arguments.all { all_pictures(&showcase).await? } else { pictures() };
    for picture in &pictures {
        picture.take(&browser, &showcase, &arguments.folder).await?;
    }
    browser.end().await?;
    showcase.stop().await;
    Ok(())
}

/// Those of the README.
fn pictures() -> Vec<Picture> {
    let campaign = format!("/console/campaigns/{CAMPAIGN}");
    let picture = |name, page: String, look, height| Picture { name, page, look, height };
    vec![
        picture("campaign", campaign.clone(), Look::Desktop, 1080),
        picture("editor", format!("{campaign}/webhooks/auction"), Look::Desktop, 820),
        picture("call", format!("/console/calls/{CALL}"), Look::Desktop, 1000),
        picture("call", format!("/console/calls/{CALL}"), Look::Dark, 620),
        picture("failed", format!("{campaign}/deliveries"), Look::Desktop, 420),
        picture("calls", format!("{campaign}/calls"), Look::Phone, 760),
    ]
}

/// Every page in every way.
async fn all_pictures(showcase: &Showcase) -> Result<Vec<Picture>, Fault> {
    let mut pictures = Vec::new();
    for (name, page) in showcase.pages().await? {
        for look in Look::ALL {
            pictures.push(Picture { name, page: page.clone(), look, height: 4000 });
        }
    }
    Ok(pictures)
}

impl Picture {
    async fn take(&self, browser: &Browser, at: &Showcase, folder: &Path) -> Result<(), Fault> {
        let width = self.look.width();
        browser.resize(width, self.height).await?;
        browser.prefer_dark(self.look.is_dark()).await?;
        browser.goto(&format!("{}{}", at.url(), self.page)).await?;
        let taken = browser.screenshot(width, self.height).await?;
        let file = folder.join(format!("{}{}.png", self.name, self.look.suffix()));
        std::fs::write(&file, taken)?;
        println!("{}", file.display());
        Ok(())
    }
}
