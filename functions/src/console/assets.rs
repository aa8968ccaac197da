//! The files that pages link to. The name of each holds a hash of its content, so that browsers keep
//! them for good and never show a page with the style of another release.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use hookline::secret::sha256_hex;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

use super::address::PagePath;
use super::error_page::ErrorPage;

struct Asset {
    file: &'static str,
    content_type: &'static str,
    content: &'static str,
    /// The file's name with the hash in it.
    name: String,
}

static ASSETS: LazyLock<[Asset; 5]> = LazyLock::new(|| {
    const CSS: &str = "text/css; charset=utf-8";
    const JS: &str = "text/javascript; charset=utf-8";
    [
        asset("style.css", CSS, include_str!("../../assets/style.css")),
        asset("console.js", JS, include_str!("../../assets/console.js")),
        asset("editor.css", CSS, include_str!("../../assets/editor.css")),
        asset("editor.js", JS, include_str!("../../assets/editor.js")),
        asset("favicon.svg", "image/svg+xml", include_str!("../../assets/favicon.svg")),
    ]
});

fn asset(file: &'static str, content_type: &'static str, content: &'static str) -> Asset {
    let hash = sha256_hex(content);
    let (stem, extension) = file.split_once('.').unwrap_or((file, ""));
    let name = format!("{stem}.{}.{extension}", hash.get(..16).unwrap_or_default());
    Asset { file, content_type, content, name }
}

/// The address of a file; that of nothing when there is no such file.
pub(super) fn address_of(file: &str) -> String {
    let known = ASSETS.iter().find(|asset| asset.file == file);
    format!("/console/assets/{}", known.map_or(file, |asset| &asset.name))
}

/// `GET /console/assets/{name}`: for everybody, as the sign-in needs them.
pub(super) async fn serve(PagePath(name): PagePath<String>) -> Result<Response, ErrorPage> {
    let unknown = || ErrorPage::unknown("There is no file of this name.");
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or_else(unknown)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, asset.content).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_the_hash_of_its_content() {
        let address = address_of("style.css");
        let hash = sha256_hex(include_str!("../../assets/style.css"));
        assert_eq!(address, format!("/console/assets/style.{}.css", &hash[..16]));
    }

    #[test]
    fn style_and_script_stay_small() {
        let size = |file| ASSETS.iter().find(|asset| asset.file == file).unwrap().content.len();
        assert!(size("style.css") < 14 * 1024, "{}", size("style.css"));
        assert!(size("console.js") < 8 * 1024, "{}", size("console.js"));
    }

    #[tokio::test]
    async fn files_are_served_for_good_under_their_hash_and_not_without() {
        let name = address_of("console.js").rsplit('/').next().unwrap().to_owned();
        let served = serve(PagePath(name)).await.unwrap();
        assert_eq!(served.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(served.headers()["content-type"], "text/javascript; charset=utf-8");
        assert!(serve(PagePath("console.js".to_owned())).await.is_err());
    }
}
