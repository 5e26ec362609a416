//! Which password each host gets.

use crate::files::{self, Privacy, Unread};
use crate::url::{Password, Settings, passfile};

/// A password for each host, from what was said or else from the password file.
pub(super) struct Passwords {
    of_hosts: Vec<Option<Password>>,
    note: Option<String>,
}

impl Passwords {
    pub(super) fn read(settings: &Settings) -> Self {
        if settings.password.is_some() {
            return Self {
                of_hosts: vec![settings.password.clone(); settings.hosts.len()],
                note: None,
            };
        }
        let without = |note: Option<String>| Self {
            of_hosts: vec![None; settings.hosts.len()],
            note,
        };
        let Some((path, is_named)) = &settings.passfile else {
            return without(None);
        };
        let shown = path.display();
        let contents = match files::read(path, Privacy::Owner) {
            Ok(contents) => contents,
            Err(Unread::Missing) if !is_named => return without(None),
            Err(Unread::Missing) => return without(Some(format!("`{shown}` does not exist"))),
            // As libpq: such a file is not used, and that is told when it matters.
            Err(Unread::OpenToOthers) => {
                return without(Some(format!(
                    "`{shown}` was not used, as others may read it; run `chmod 600` on it"
                )));
            }
            Err(Unread::Otherwise(error)) => {
                return without(Some(format!("`{shown}` cannot be read: {error}")));
            }
        };
        let of_hosts: Vec<_> = settings
            .hosts
            .iter()
            .map(|host| {
                let port = host.port.to_string();
                let wanted = [
                    &host.in_passfile(),
                    &port,
                    &settings.database,
                    &settings.user,
                ];
                let secret = passfile::find(&contents, wanted.map(String::as_str))?;
                let origin = format!("`{shown}`");
                Some(Password { secret, origin })
            })
            .collect();
        let note = format!("no line of `{shown}` fits");
        Self {
            note: of_hosts.iter().any(Option::is_none).then_some(note),
            of_hosts,
        }
    }

    pub(super) fn of(&self, number: usize) -> Option<&Password> {
        self.of_hosts.get(number)?.as_ref()
    }

    /// Why the password file was not used, where there is something to say.
    pub(super) fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}
