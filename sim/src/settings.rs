//! What the command line asks for.

/// How much is tried, and from which seed.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    /// Tries a sample of the points, enough for each change of the code.
    pub(crate) is_quick: bool,
    /// Names each point before it is tried.
    pub(crate) is_verbose: bool,
    /// Tries only points whose names have this in them.
    pub(crate) point: String,
    /// Parts whose names begin so; all where empty.
    pub(crate) only: Vec<String>,
    /// Subjects and kinds of databases, or parts of their names; all where empty.
    pub(crate) subjects: Vec<String>,
    /// How many points are tried at once.
    pub(crate) workers: usize,
}

const USAGE: &str = "usage: limbeck-sim [SEED] [--quick] [--verbose] [--only PART]… [--on SUBJECT:DIALECT]… [--point TEXT]";

impl Settings {
    pub(crate) fn read(arguments: &[String]) -> Result<Self, String> {
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
                "--only" => settings
                    .only
                    .push(rest.next().ok_or(USAGE.to_owned())?.clone()),
                "--point" => settings
                    .point
                    .clone_from(rest.next().ok_or(USAGE.to_owned())?),
                "--on" => settings
                    .subjects
                    .push(rest.next().ok_or(USAGE.to_owned())?.clone()),
                "--list" => return Err(crate::parts::PARTS.join("\n")),
                number => {
                    settings.seed = number
                        .parse()
                        .map_err(|_| format!("cannot read `{number}`\n{USAGE}"))?;
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
