//! `template.yaml` against the code that it deploys: what has to hold between the two and no tool
//! for templates can know.

mod api;
mod document;
mod functions;
mod gate;
mod policy;
mod roles;
mod table;
