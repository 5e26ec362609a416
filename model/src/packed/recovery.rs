//! How a statement outside a transaction is recovered, as a number; what each means is said where the runtime
//! and the compiler have it as a type.

/// Without a string.
pub const TOGETHER: u64 = 0;
/// Without a string.
pub const SESSION: u64 = 1;
/// Without a string.
pub const REPEAT: u64 = 2;
/// With its query.
pub const VERIFY: u64 = 3;
/// With its query.
pub const CREATES: u64 = 4;
/// With its query.
pub const DROPS: u64 = 5;
/// With the table and the name.
pub const CREATES_INDEX: u64 = 6;
/// With the name.
pub const REINDEXES_INDEX: u64 = 7;
/// With its query.
pub const REINDEXES_TABLES: u64 = 8;
/// With the table and the partition.
pub const DETACHES: u64 = 9;
