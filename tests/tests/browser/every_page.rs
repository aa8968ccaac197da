//! What holds of every page: it fits a phone, keeps to its policy, and complains of nothing.

use hookline_tests::browser::Browser;
use hookline_tests::showcase::{Pace, Showcase};

use serde_json::Value;

use crate::scene::{Outcome, browser, sign_in};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
                      img-src 'self' data:; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// What is wider than its window, or hides what it has at its side; on a desktop also what would have
/// to be scrolled there.
const OUTSIDE: &str = "
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page');
    const kinds = innerWidth < 1200 ? ['hidden', 'clip'] : ['hidden', 'clip', 'auto', 'scroll'];
    for (const one of document.querySelectorAll('main, :is(main, header) :not(input, textarea)')) {
      const style = getComputedStyle(one);
      // What is there for screen readers alone is cut away on purpose.
      if (style.clipPath !== 'none' || !kinds.includes(style.overflowX)) continue;
      if (one.scrollWidth > one.clientWidth + 1) found.push(`${one.localName}.${one.className}`);
    }
    return found.join(', ');
";

async fn showcase() -> Showcase {
    Showcase::play(Pace::AtOnce).await.unwrap()
}

#[tokio::test]
async fn no_page_is_wider_than_its_screen() -> Outcome {
    let Some(browser) = browser().await? else { return Ok(()) };
    let showcase = showcase().await;
    sign_in(&browser, &showcase.url(), showcase.admin_key()).await?;

    for width in [360, 390, 700, 1280] {
        browser.resize(width, 844).await?;
        for (name, path) in showcase.pages().await.unwrap() {
            browser.goto(&format!("{}{path}", showcase.url())).await?;
            let open =
                "document.querySelectorAll('details').forEach((part) => { part.open = true })";
            browser.script(open).await?;
            assert_eq!(browser.script(OUTSIDE).await?, "", "{name} at {width}");
        }
    }
    browser.end().await?;
    showcase.stop().await;
    Ok(())
}

#[tokio::test]
async fn every_page_keeps_to_its_policy_and_complains_of_nothing() -> Outcome {
    let Some(browser) = browser().await? else { return Ok(()) };
    let showcase = showcase().await;
    browser.goto(&format!("{}/console/sign-in", showcase.url())).await?;
    assert_kept(&browser, "sign-in").await?;
    sign_in(&browser, &showcase.url(), showcase.admin_key()).await?;

    for (name, path) in showcase.pages().await.unwrap() {
        browser.goto(&format!("{}{path}", showcase.url())).await?;
        assert_kept(&browser, name).await?;
    }
    browser.end().await?;
    showcase.stop().await;
    Ok(())
}

async fn assert_kept(browser: &Browser, name: &str) -> Outcome {
    let policy = "return fetch(location.href).then((answer) => \
                  answer.headers.get('content-security-policy'))";
    assert_eq!(browser.script(policy).await?, POLICY, "{name}");
    assert_eq!(browser.complaints().await?, [] as [String; 0], "{name}");
    Ok(())
}

#[tokio::test]
async fn the_first_page_is_small() -> Outcome {
    let Some(browser) = browser().await? else { return Ok(()) };
    let showcase = showcase().await;
    sign_in(&browser, &showcase.url(), showcase.admin_key()).await?;

    // As on a first visit, with nothing kept from the door.
    let loaded = "
        const names = performance.getEntriesByType('resource').map((one) => one.name);
        const all = [location.href, ...new Set(names)];
        return Promise.all(all.map((name) => fetch(name, { cache: 'no-store' })))
          .then((answers) => Promise.all(answers.map((answer) => answer.arrayBuffer())))
          .then((bodies) => bodies.map((body) => body.byteLength));
    ";
    let sizes = browser.script(loaded).await?;
    let sizes: Vec<u64> = sizes.as_array().unwrap().iter().filter_map(Value::as_u64).collect();

    assert!(sizes.len() >= 3, "page, style and script: {sizes:?}");
    assert!(sizes.iter().sum::<u64>() < 50 * 1024, "{sizes:?}");
    browser.end().await?;
    showcase.stop().await;
    Ok(())
}
