//! The build script's half of limbeck: reads a directory of revision files, checks what can be
//! checked, and writes the static table that `migrations!()` embeds.
//!
//! A build script calls [`compile`]; nothing else here is for users. The other modules are the stages, in
//! their order: [`tree`], [`directive`], [`split`], [`sql`], [`graph`], [`table`], [`lock`], [`pack`], [`emit`].

pub mod directive;
pub mod emit;
pub mod examine;
pub mod fingerprint;
pub mod graph;
pub mod lock;
pub mod pack;
pub mod project;
pub mod proof;
pub mod render;
pub mod settings;
pub mod source;
pub mod split;
pub mod sql;
pub mod table;
pub mod template;
pub mod tree;

mod cargo;

pub use cargo::compile;
