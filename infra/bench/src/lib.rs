//! How fast Hookline is, and beside what.
//!
//! A row asks one question and measures Hookline and its baseline in the same run, taking turns, so
//! that whatever else the machine does falls on both. What is compared across runs are ratios and
//! bounds, never bare times. Every row has a quick form, small enough for a debug build on a busy
//! machine: it shows that the bench still runs, and nothing about speed.

pub mod bare;
pub mod bench;
pub mod bill;
pub mod chart;
pub mod cost_tables;
pub mod events;
pub mod first;
pub mod handlers;
pub mod heat;
pub mod item_size;
pub mod meter;
pub mod place;
pub mod prices;
pub mod processor;
pub mod readme;
pub mod results;
pub mod row;
pub mod rows;
pub mod spread;
pub mod stage;
pub mod table;
pub mod typical;
pub mod usage;
pub mod world;
