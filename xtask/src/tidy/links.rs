//! Every relative link of a page leads to a file.

use crate::workspace::Tree;

use super::check::Finding;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts(".md") {
        for (line, target) in links(text) {
            let Some(file) = relative(target) else {
                continue;
            };
            let found = resolve(path, file).is_some_and(|resolved| tree.has(&resolved));
            if !found {
                let message =
                    format!("the link `{target}` leads nowhere; correct it, or add the file");
                findings.push(Finding::new(path, line, message));
            }
        }
    }
    findings
}

/// The targets of the links `[text](target)` and `[name]: target`, with their lines; code is no link.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    let mut fence = None;
    for (index, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
            (None, None) => {
                let prose = line.split('`').step_by(2);
                links.extend(
                    prose
                        .flat_map(inline)
                        .chain(definition(start))
                        .map(|link| (index + 1, link)),
                );
            }
        }
    }
    links
}

fn inline(prose: &str) -> impl Iterator<Item = &str> {
    prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
}

fn definition(line: &str) -> Option<&str> {
    let (_, target) = line.strip_prefix('[')?.split_once("]: ")?;
    target.split_whitespace().next()
}

/// The path of a link within the repository, without its anchor.
fn relative(target: &str) -> Option<&str> {
    let path = target.split('#').next()?;
    let is_elsewhere = path.contains("://") || path.starts_with("mailto:");
    (!path.is_empty() && !is_elsewhere).then_some(path)
}

/// The path from the root; `None` where it leads out of the repository.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead_links(text: &str) -> Vec<(usize, String)> {
        let tree = Tree::of([
            ("docs/page.md", text),
            ("README.md", ""),
            ("docs/adr/one.md", ""),
        ]);
        check(&tree)
            .into_iter()
            .map(|finding| (finding.line, finding.message))
            .collect()
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        for link in [
            "[a](b.md)",
            "[a](../docs/b.md#c)",
            "[a](../../README.md)",
            "[a]: b.md",
        ] {
            let found = dead_links(&format!("# Page\n\n{link}\n"));
            assert_eq!(found.len(), 1, "{link}: {found:?}");
            assert_eq!(found[0].0, 3);
        }
        assert_eq!(dead_links("see [a](../README.md), [b](no.md)\n").len(), 1);
    }

    #[test]
    fn files_folders_anchors_addresses_and_code_are_fine() {
        let text = "\
[a](../README.md) [b](adr) [c](adr/one.md#x) [d](#here) [e](https://example.org/x.md)
`[f](no.md)` and [g](../README.md \"title\")
```
[h](no.md)
```
[i]: ./page.md
";
        assert_eq!(dead_links(text), []);
    }
}
