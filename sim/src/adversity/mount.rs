//! A small file system of our own, where this process may mount one.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Mounted until this is dropped.
#[derive(Debug)]
pub(crate) struct Small {
    folder: TempDir,
}

impl Small {
    /// One of this size, such as `200k`; `None` where it cannot be had.
    pub(crate) fn mount(size: &str) -> Option<Self> {
        let folder = TempDir::with_prefix("limbeck-sim-").unwrap();
        let options = format!("size={size},mode=755");
        let path = folder.path().to_str().unwrap();
        run(
            "mount",
            &["-t", "tmpfs", "-o", &options, "limbeck-sim", path],
        )
        .then_some(Self { folder })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes it larger or smaller, though never smaller than what is in it.
    pub(crate) fn resize(&self, size: &str) {
        self.remount(&format!("size={size}"));
    }

    /// Nobody can write to it from now on, or again.
    pub(crate) fn protect(&self, is_protected: bool) {
        self.remount(if is_protected { "ro" } else { "rw" });
    }

    pub(crate) fn give_to(&self, user: &str) {
        assert!(run("chown", &[user, self.path().to_str().unwrap()]));
    }

    fn remount(&self, option: &str) {
        let options = format!("remount,{option}");
        assert!(run(
            "mount",
            &["-o", &options, self.path().to_str().unwrap()]
        ));
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Whoever has a file open in it may still end; then it goes with the last of them.
        let _ = run("umount", &["-l", self.folder.path().to_str().unwrap()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
