//! The only module of this crate that reads files: passwords, certificates and keys.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    Missing,
    /// Others than its owner may read it.
    OpenToOthers,
    /// A folder, a device, or a file that cannot be opened: in words.
    Otherwise(String),
}

/// Who else may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privacy {
    /// Anybody.
    Public,
    /// Nobody but the owner, as libpq wants it for password files.
    Owner,
    /// The same, but a file of root's may be readable for its group, as libpq wants it for keys.
    OwnerOrGroupOfRoot,
}

/// Reads a file that is only as public as it may be.
pub(crate) fn read(path: &Path, privacy: Privacy) -> Result<Vec<u8>, Unread> {
    let otherwise = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Unread::Missing,
        _ => Unread::Otherwise(error.to_string()),
    };
    // What is looked at and what is read is one and the same file.
    let mut file = File::open(path).map_err(otherwise)?;
    let metadata = file.metadata().map_err(otherwise)?;
    if !metadata.is_file() {
        return Err(Unread::Otherwise("it is not a plain file".to_owned()));
    }
    if is_open_to_others(&metadata, privacy) {
        return Err(Unread::OpenToOthers);
    }
    let mut contents = Vec::new();
    file.read_to_end(&mut contents).map_err(otherwise)?;
    Ok(contents)
}

#[cfg(unix)]
fn is_open_to_others(metadata: &Metadata, privacy: Privacy) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let forbidden = match privacy {
        Privacy::Public => 0,
        Privacy::OwnerOrGroupOfRoot if metadata.uid() == 0 => 0o037,
        Privacy::Owner | Privacy::OwnerOrGroupOfRoot => 0o077,
    };
    metadata.mode() & forbidden != 0
}

/// Windows keeps such files in a folder of the user's own, and libpq does not look further either.
#[cfg(not(unix))]
fn is_open_to_others(_metadata: &Metadata, _privacy: Privacy) -> bool {
    false
}
