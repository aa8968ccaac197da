//! The console over HTTP, as a browser without scripts asks for it.

mod forms;
mod visitor;
