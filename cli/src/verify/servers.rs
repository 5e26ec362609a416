//! Which servers the history is proved on: the one at a URL, or throw-away ones.

use std::error::Error as _;
use std::path::{Path, PathBuf};

use limbeck_cluster::{Cluster, Options};

use super::database_url::DatabaseUrl;
use crate::error::Error;

/// What can be left undone on a server that nobody else uses: a worker that cleans tables up would only be
/// in the way of copies.
const SETTINGS: [&str; 2] = ["autovacuum = off", "max_wal_size = '4GB'"];

/// Which servers are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// One that runs already.
    pub(crate) url: Option<String>,
    /// The folders of the programs of throw-away ones; one that is searched for, where there are none.
    pub(crate) binaries: Vec<PathBuf>,
}

/// A server for proofs. One that was started here ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(super) url: String,
    /// How messages call it.
    pub(crate) name: String,
    cluster: Option<Cluster>,
}

impl Wanted {
    /// The servers, to be opened one after the other.
    pub(crate) fn each(&self) -> impl Iterator<Item = Result<Server, Error>> {
        let given = self.url.as_deref().map(Server::given);
        let has_one = given.is_some();
        let searched = (!has_one && self.binaries.is_empty()).then(|| Server::start(None));
        let named = self
            .binaries
            .iter()
            .map(|folder| Server::start(Some(folder)));
        given.into_iter().chain(searched).chain(named)
    }
}

impl Wanted {
    /// The first of the servers.
    pub(crate) fn first(&self) -> Result<Server, Error> {
        match &self.url {
            Some(url) => Server::given(url),
            None => Server::start(self.binaries.first().map(PathBuf::as_path)),
        }
    }
}

impl Server {
    /// The server at a URL. Nothing is connected to yet.
    pub(crate) fn given(url: &str) -> Result<Self, Error> {
        let url = DatabaseUrl::parse(url)?;
        Ok(Self {
            name: format!("the server at `{}`", url.shown),
            url: url.url,
            cluster: None,
        })
    }

    /// A server that is gone afterwards.
    pub(crate) fn start(binaries: Option<&Path>) -> Result<Self, Error> {
        let options = Options {
            binaries: binaries.map(Path::to_owned),
            settings: SETTINGS.map(str::to_owned).to_vec(),
            ..Options::default()
        };
        let cluster = Cluster::start(&options).map_err(|error| cannot_start(&error))?;
        Ok(Self {
            url: cluster.url("postgres"),
            name: "a server of its own".to_owned(),
            cluster: Some(cluster),
        })
    }

    /// Whether nobody else uses the server.
    pub(super) fn is_own(&self) -> bool {
        self.cluster.is_some()
    }
}

fn cannot_start(error: &limbeck_cluster::Error) -> Error {
    let message = match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    let told = Error::environment(message);
    if error.is_missing_binaries() {
        return told.help(
            "install `postgresql`, or give `--url`, or the folder of the programs with `--server-binaries`",
        );
    }
    match error.help() {
        Some(help) => told.help(help),
        None => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_server_is_refused_with_what_helps() {
        let wanted = Wanted {
            url: None,
            binaries: vec!["/nowhere".into()],
        };
        let error = wanted.each().next().unwrap().unwrap_err();
        insta::assert_snapshot!(error, @r#"
error: there is no `initdb` and `postgres` in `/nowhere`
  help: name the folder of the server's programs, such as `/usr/lib/postgresql/15/bin`
"#);
    }

    #[test]
    fn the_server_at_a_url_is_named_without_its_password() {
        let wanted = Wanted {
            url: Some("postgres://me:s3cret@host/db".to_owned()),
            binaries: Vec::new(),
        };
        let server = wanted.each().next().unwrap().unwrap();
        assert_eq!(server.name, "the server at `postgres://me:***@host/db`");
        assert!(!server.is_own());
    }
}
