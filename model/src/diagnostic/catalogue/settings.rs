//! LB08: settings.

use super::Text;

pub(super) const BAD_SETTING: Text = Text {
    title: "bad setting",
    why: "The build script, the macro and the command line read the same settings from \
          `[package.metadata.limbeck]`. One that is misspelt or has the wrong type would silently \
          change what is compiled.",
    help: "Correct the setting in `Cargo.toml`.",
};

pub(super) const MISSING_SETTING: Text = Text {
    title: "missing setting",
    why: "limbeck has to know for which databases the revisions are written: their SQL is read and \
          checked for each of them, and a revision that leaves one out is a mistake.",
    help: "Set `dialects` in `[package.metadata.limbeck]` of `Cargo.toml`.",
};

pub(super) const MISSING_FOLDER: Text = Text {
    title: "missing migrations folder",
    why: "The folder that the settings name, or `migrations` where they name none, does not exist. A \
          program without its migrations would start on an empty database and fail much later.",
    help: "Create the folder, or correct `path` in `[package.metadata.limbeck]`.",
};
