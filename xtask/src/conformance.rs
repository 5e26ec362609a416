//! `conformance`: holds the grammar of PostgreSQL's statements against PostgreSQL's own regression tests.
//!
//! They come as Debian's source package, into the target folder; apt's own lists and settings are left
//! alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Failure, Result};
use crate::job::Job;
use crate::workspace::Workspace;

/// The version that Debian's stable release had when this was written, and CI's server has.
const MAJOR: &str = "15";

/// Fetches the statements of a major version and has them compared with the server's word on them. A
/// version that the machine's own release lacks is asked of another one, its suite.
pub(crate) fn run(workspace: &Workspace, major: Option<&str>, suite: Option<&str>) -> Result<()> {
    let major = major.unwrap_or(MAJOR);
    let folder = target(workspace).join("conformance").join(major);
    let statements = folder.join("sql");
    if !statements.is_dir() {
        fetch(&folder, &format!("postgresql-{major}"), suite)?;
        extract(&folder, &statements)?;
    }
    let statements = statements.display().to_string();
    Job::cargo(&[
        "run",
        "--package",
        "limbeck-compiler",
        "--example",
        "conformance",
        "--",
        &statements,
    ])
    .run(workspace.root())
}

/// The target folder that this program was built into.
fn target(workspace: &Workspace) -> PathBuf {
    let program = std::env::current_exe().ok();
    let folder = program.as_deref().and_then(|path| path.ancestors().nth(2));
    folder.map_or_else(|| workspace.path("target"), Path::to_path_buf)
}

/// Downloads the newest version of a source package that a mirror still has.
fn fetch(folder: &Path, package: &str, suite: Option<&str>) -> Result<()> {
    for part in ["lists/partial", "cache/archives/partial", "download"] {
        let path = folder.join(part);
        fs::create_dir_all(&path).map_err(Failure::io(format!("make {}", path.display())))?;
    }
    let sources = folder.join("sources.list");
    fs::write(&sources, source_lines(&indexes()?, suite)?)
        .map_err(Failure::io(format!("write {}", sources.display())))?;
    let apt = Apt { folder };
    apt.get(&["update"]).run(folder)?;
    for version in apt.versions(package)? {
        let wanted = format!("{package}={version}");
        let arguments = ["source", "--download-only", "--only-source", &wanted];
        // The index may be ahead of the mirror.
        if apt.get(&arguments).run(&folder.join("download")).is_ok() {
            return Ok(());
        }
    }
    Err(Failure::new(format!(
        "no source package {package} could be fetched; name a release that has it, as in `cargo xtask \
         conformance 18 sid`"
    )))
}

/// The places that apt has binary packages from: site, release and component.
fn indexes() -> Result<String> {
    let format = "$(SITE) $(RELEASE) $(COMPONENT)";
    output(Command::new("apt-get").args([
        "indextargets",
        "--format",
        format,
        "Created-By: Packages",
    ]))
}

/// The same places for sources; of another suite, from the first of the sites.
fn source_lines(indexes: &str, suite: Option<&str>) -> Result<String> {
    let mut lines: Vec<String> = indexes
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (mirror, release) = (words.next()?, words.next()?);
            let component = words.next()?;
            let release = suite.unwrap_or(release);
            Some(format!("deb-src {mirror} {release} {component}\n"))
        })
        .collect();
    if suite.is_some() {
        lines.truncate(1);
    }
    lines.dedup();
    if lines.is_empty() {
        return Err(Failure::new("apt has no packages from anywhere"));
    }
    Ok(lines.concat())
}

/// Takes the statements out of the package.
fn extract(folder: &Path, statements: &Path) -> Result<()> {
    let download = folder.join("download");
    let files = fs::read_dir(&download).map_err(Failure::io("read the download"))?;
    let archive = files
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .find(|name| name.contains(".orig.tar."))
        .ok_or_else(|| Failure::new("the source package has no archive"))?;
    // Only a whole set of files is found again by the next run.
    let unfinished = folder.join("unfinished");
    fs::create_dir_all(&unfinished).map_err(Failure::io("make a folder"))?;
    let into = format!("--directory={}", unfinished.display());
    let tar = [
        "--extract",
        "--file",
        &archive,
        &into,
        "--wildcards",
        "--strip-components=5",
        "*/src/test/regress/sql/*.sql",
    ];
    Job::new("tar", &tar).run(&download)?;
    fs::rename(&unfinished, statements).map_err(Failure::io("keep the statements"))
}

/// apt with lists and a cache of its own.
struct Apt<'a> {
    folder: &'a Path,
}

impl Apt<'_> {
    fn options(&self) -> Vec<String> {
        let below = |name: &str| self.folder.join(name).display().to_string();
        [
            format!("Dir::Etc::sourcelist={}", below("sources.list")),
            "Dir::Etc::sourceparts=/dev/null".to_owned(),
            format!("Dir::State::lists={}", below("lists")),
            format!("Dir::Cache={}", below("cache")),
            // A folder of root's is none that apt's own user can write.
            "APT::Sandbox::User=root".to_owned(),
        ]
        .into_iter()
        .flat_map(|option| ["-o".to_owned(), option])
        .collect()
    }

    fn get(&self, arguments: &[&str]) -> Job {
        let options = self.options();
        let all: Vec<&str> = options
            .iter()
            .map(String::as_str)
            .chain(arguments.iter().copied())
            .collect();
        Job::new("apt-get", &all)
    }

    /// The versions of a source package, as apt lists them.
    fn versions(&self, package: &str) -> Result<Vec<String>> {
        let mut command = Command::new("apt-cache");
        let command = command
            .args(self.options())
            .args(["showsrc", "--only-source", package]);
        let records = output(command)?;
        let versions = records.lines().filter_map(|line| {
            let version = line.strip_prefix("Version: ")?;
            Some(version.to_owned())
        });
        Ok(versions.collect())
    }
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(Failure::io("run apt"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEXES: &str = "http://a.example/debian stable main\nhttp://a.example/debian stable main\n\
                           http://b.example/debian-security stable-security main\n";

    #[test]
    fn sources_come_from_where_packages_do() {
        assert_eq!(
            source_lines(INDEXES, None).unwrap(),
            "deb-src http://a.example/debian stable main\n\
             deb-src http://b.example/debian-security stable-security main\n"
        );
    }

    #[test]
    fn another_suite_is_asked_of_the_first_site() {
        assert_eq!(
            source_lines(INDEXES, Some("sid")).unwrap(),
            "deb-src http://a.example/debian sid main\n"
        );
        assert!(source_lines("", None).is_err());
    }
}
