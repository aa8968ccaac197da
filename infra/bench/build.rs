//! Tells the bench what it is built for, so that results can say it.

#[expect(clippy::disallowed_methods, reason = "this is how Cargo tells a build script")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=TARGET={}", std::env::var("TARGET").unwrap_or_default());
}
