//! What Hookline is built of: one TLS stack over one crypto provider, under licences that
//! `deny.toml` allows, from one registry.
//!
//! `Cargo.lock` also names packages that no feature in use ever builds, so what is built is asked
//! of `cargo tree`, for the machine that runs the tests.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a file that does not read fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use spdx::{Expression, LicenseReq, Licensee, ParseMode};
use toml::{Table, Value};

#[test]
fn there_is_one_tls_stack_over_one_crypto_provider() {
    let packages = built();
    let versions = |name: &str| packages.keys().filter(|package| package.name == name).count();

    assert_eq!([versions("rustls"), versions("aws-lc-rs")], [1, 1]);
    let banned = banned();
    for second in ["boring", "native-tls", "openssl", "ring"] {
        assert!(banned.contains(second), "deny.toml lets {second} in");
    }
    let found: Vec<&Package> =
        packages.keys().filter(|package| banned.contains(&package.name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn every_licence_is_allowed_and_every_allowed_licence_is_needed() {
    let allowed: Vec<Licensee> = strings(&deny()["licenses"]["allow"])
        .map(|name| Licensee::parse(name).unwrap_or_else(|error| panic!("{name}: {error}")))
        .collect();
    let allows = |wanted: &LicenseReq| allowed.iter().any(|one| one.satisfies(wanted));
    let licences: Vec<(Package, Expression)> = built()
        .into_iter()
        .map(|(package, licence)| {
            let read = Expression::parse_mode(&licence, ParseMode::LAX);
            let read = read.unwrap_or_else(|_| panic!("{package:?} has the licence {licence:?}"));
            (package, read)
        })
        .collect();

    for (package, licence) in &licences {
        assert!(licence.evaluate(allows), "{package:?} is under {licence}");
    }
    for one in &allowed {
        let without = |wanted: &LicenseReq| {
            allowed.iter().any(|other| other != one && other.satisfies(wanted))
        };
        let needed = licences.iter().any(|(_, licence)| !licence.evaluate(without));
        assert!(needed, "no package needs {one:?}");
    }
}

#[test]
fn everything_comes_from_one_registry_with_its_checksum() {
    let lock = read("Cargo.lock");
    let mut sources = BTreeSet::new();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        match package.get("source") {
            None => {
                assert!(name.starts_with("hookline") || name == "bench", "{name} has no source");
            }
            Some(source) => {
                sources.insert(source.as_str().unwrap());
                assert!(package.get("checksum").is_some(), "{name} has no checksum");
            }
        }
    }

    assert_eq!(sources.len(), 1, "{sources:?}");
    assert!(sources.iter().all(|source| source.starts_with("registry+")), "{sources:?}");
    for kind in ["unknown-registry", "unknown-git"] {
        assert_eq!(deny()["sources"][kind].as_str(), Some("deny"));
    }
}

/// A package that is built.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
}

/// Every package that a build of the workspace with its tests takes, with its licence.
fn built() -> BTreeMap<Package, String> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--locked", "--offline"])
        .args(["--edges", "normal,build,dev", "--prefix", "none", "--format", "{p}|{l}|"])
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let lines = String::from_utf8(tree.stdout).expect("cargo writes UTF-8");
    let package = |line: &str| {
        let mut parts = line.split('|');
        let mut named = parts.next()?.split(' ');
        let (name, version) = (named.next()?.to_owned(), named.next()?.to_owned());
        Some((Package { name, version }, parts.next()?.to_owned()))
    };
    let lines = lines.lines().filter(|line| !line.is_empty());
    lines.map(|line| package(line).unwrap_or_else(|| panic!("{line:?} is no package"))).collect()
}

/// The packages that `deny.toml` bans.
fn banned() -> BTreeSet<String> {
    let deny = deny();
    let bans = deny["bans"]["deny"].as_array().expect("bans are a list");
    bans.iter()
        .map(|ban| ban["crate"].as_str().expect("a ban names its crate").to_owned())
        .collect()
}

fn deny() -> Table {
    read("deny.toml")
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn read(file: &str) -> Table {
    let text = std::fs::read_to_string(repository().join(file)).expect("the file is there");
    text.parse().expect("the file is TOML")
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate is within the repository")
}
