//! The console over HTTP, as a browser without scripts asks for it.

mod addresses;
mod forms;
mod visitor;
