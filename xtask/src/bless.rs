//! `bless`: what the snapshot tests see now is right from now on.

use crate::error::{Failure, Result};
use crate::generate;
use crate::job::Job;
use crate::manifest::Manifest;
use crate::workspace::{Tree, Workspace};

/// The crates that compare with a file, and write it when told to.
const SNAPSHOT_CRATES: [&str; 2] = ["insta", "trybuild"];

/// Runs the tests of every package that has snapshots, with leave to write them, then writes what is
/// generated from them.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let packages = packages_with_snapshots(&workspace.tree()?)?;
    let mut arguments = vec!["test", "--all-features", "--no-fail-fast"];
    for package in &packages {
        arguments.extend(["--package", package]);
    }
    // A test that fails for another reason does not keep the snapshots from being written.
    let tests = Job::cargo(&arguments)
        .with("INSTA_UPDATE", "always")
        .with("TRYBUILD", "overwrite")
        .run(workspace.root());
    generate::write(workspace)?;
    tests
}

fn packages_with_snapshots(tree: &Tree) -> Result<Vec<String>> {
    let mut packages = Vec::new();
    for (path, text) in tree.texts("Cargo.toml") {
        let manifest = Manifest::parse(path, text)?;
        let has_snapshots = manifest
            .dependencies()
            .iter()
            .any(|dependency| SNAPSHOT_CRATES.contains(&dependency.package.as_str()));
        if let (true, Some(name)) = (has_snapshots, manifest.name()) {
            packages.push(name.to_owned());
        }
    }
    if packages.is_empty() {
        return Err(Failure::new("no package has snapshots"));
    }
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_with_snapshots_are_found_by_their_dependencies() {
        let with = "[package]\nname = \"with\"\n[dev-dependencies]\ninsta.workspace = true\n";
        let without = "[package]\nname = \"without\"\n[dev-dependencies]\nproptest = \"1\"\n";
        let tree = Tree::of([("a/Cargo.toml", with), ("b/Cargo.toml", without)]);
        assert_eq!(packages_with_snapshots(&tree).unwrap(), ["with"]);
        assert!(packages_with_snapshots(&Tree::of([])).is_err());
    }
}
