//! What the command line asks for.

use crate::parts::PARTS;

/// How much is tried, and from which seed.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    /// Tries a sample of the points, enough for each change of the code.
    pub(crate) is_quick: bool,
    /// Names each point before it is tried.
    pub(crate) is_verbose: bool,
    /// Tries only points whose names, with their part before them, have this in them.
    pub(crate) point: String,
    /// Parts whose names begin so; all where empty.
    pub(crate) only: Vec<String>,
    /// Subjects and kinds of databases, or parts of their names; all where empty.
    pub(crate) subjects: Vec<String>,
    /// How many points are tried at once.
    pub(crate) workers: usize,
}

const USAGE: &str = "\
usage: cargo xtask sim [SEED] [--quick] [--only PART]… [--on SUBJECT:DIALECT]… [--point TEXT] [--verbose]

  SEED                  tries the points of an earlier run again, which has printed it
  --quick               tries a sample of the points
  --only PART           tries only parts whose names begin so
  --on SUBJECT:DIALECT  tries only these, such as store:sqlite, or whatever has this in its name
  --point TEXT          tries only points that have this in their names, as `--verbose` prints them
  --verbose             names each point before it is tried
  --list                prints the parts
";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Request {
    Run(Settings),
    /// Nothing is tried; this is printed.
    Print(String),
}

impl Request {
    pub(crate) fn read(arguments: &[String]) -> Result<Self, String> {
        for argument in arguments {
            match argument.as_str() {
                "--help" | "-h" => return Ok(Self::Print(USAGE.trim_end().to_owned())),
                "--list" => return Ok(Self::Print(PARTS.join("\n"))),
                _ => {}
            }
        }
        Settings::read(arguments).map(Self::Run)
    }
}

impl Settings {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut settings = Self {
            seed: fastrand::u64(..1_000_000_000),
            is_quick: false,
            is_verbose: false,
            point: String::new(),
            only: Vec::new(),
            subjects: Vec::new(),
            workers: std::thread::available_parallelism().map_or(2, |count| count.get().min(4)),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--verbose" => settings.is_verbose = true,
                "--quick" => settings.is_quick = true,
                "--only" => {
                    let part = rest.next().ok_or(USAGE)?;
                    if !PARTS.iter().any(|known| known.starts_with(part.as_str())) {
                        return Err(format!("there is no part `{part}`; `--list` prints them"));
                    }
                    settings.only.push(part.clone());
                }
                "--point" => settings.point.clone_from(rest.next().ok_or(USAGE)?),
                "--on" => settings.subjects.push(rest.next().ok_or(USAGE)?.clone()),
                number => {
                    settings.seed = number
                        .parse()
                        .map_err(|_| format!("cannot read `{number}`\n\n{USAGE}"))?;
                }
            }
        }
        Ok(settings)
    }

    pub(crate) fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| part.starts_with(only.as_str()))
    }

    /// Whether a subject on a kind of database is asked for, such as `store:sqlite`.
    pub(crate) fn wants_subject(&self, name: &str, dialect: limbeck::Dialect) -> bool {
        let full = format!("{name}:{dialect}");
        self.subjects.is_empty()
            || self
                .subjects
                .iter()
                .any(|only| full.contains(only.as_str()))
    }

    /// The points that are tried: all, or so many of them, chosen by the seed and spread evenly.
    pub(crate) fn sample<P>(&self, points: Vec<P>, quick: usize, full: usize) -> Vec<P> {
        let wanted = if self.is_quick { quick } else { full };
        let count = points.len();
        if count <= wanted {
            return points;
        }
        // One out of each stretch of equal length, so that no region is left out.
        let mut random = fastrand::Rng::with_seed(self.seed);
        let chosen: std::collections::BTreeSet<usize> = (0..wanted)
            .map(|stretch| {
                let (from, to) = (stretch * count / wanted, (stretch + 1) * count / wanted);
                random.usize(from..to)
            })
            .collect();
        points
            .into_iter()
            .enumerate()
            .filter_map(|(number, point)| chosen.contains(&number).then_some(point))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Request, String> {
        let arguments: Vec<_> = arguments.iter().map(|&text| text.to_owned()).collect();
        Request::read(&arguments)
    }

    #[test]
    fn a_list_and_help_are_printed_and_nothing_is_tried() {
        for (arguments, wanted) in [
            (&["--list"] as &[&str], "crowd"),
            (&["7", "--help"], "usage: cargo xtask sim"),
        ] {
            match read(arguments) {
                Ok(Request::Print(text)) => assert!(text.contains(wanted), "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for arguments in [&["--only"] as &[&str], &["--only", "kills"], &["--fast"]] {
            assert!(read(arguments).is_err(), "{arguments:?}");
        }
        assert!(matches!(
            read(&["3", "--only", "kill"]),
            Ok(Request::Run(_))
        ));
    }
}
