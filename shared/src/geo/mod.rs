//! Where a caller is, told by the area code at first and by whoever knows better later (spec
//! section 5).
//!
//! Places are written lower case: a country by its ISO 3166 code (`us`), a state or province after
//! its country (`us-ny`, `ca-on`), a ZIP code after `us` (`us-10101`). Two tables say what belongs
//! where: [`area_codes`] and [`zip_codes`]. Both are text files that are read while the crate is
//! compiled, so that they can be audited line by line, a fault in them stops the build, and a
//! function that starts has nothing to load. `SOURCES.md` names where they come from.

pub mod area_codes;
pub mod location;
pub mod place;
mod table;
pub mod zip_codes;

pub use location::Location;
pub use place::{Country, Place, PlaceFault, State, Zip};
