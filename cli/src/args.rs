//! What can be typed: the one place from which parsing, help, man pages and completions come.

use std::path::PathBuf;

use crate::transcript::{Fields, Format};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use lastfour::Role;

/// Stops card numbers, Social Security numbers, passcodes and passwords in chat transcripts, and lets the last four
/// through
#[derive(Debug, Parser)]
#[command(name = "lastfour", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Try: lastfour redact chat.txt\n     lastfour explain \"my card is 3782 822463 10005\"")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write transcripts with every secret masked
    Redact(Redact),
    /// Report what is found, and change nothing
    ///
    /// Exit status: 0 nothing found, 1 something found, 2 an error.
    Scan(Scan),
    /// Tell why something is found or let through, in plain words
    Explain(Explain),
    /// Score labelled conversations: secrets missed, harmless things lost, clean messages changed
    Eval(Eval),
    /// List what can be found
    Detectors(Detectors),
    /// Print the default policy, or check one
    Policy(Policy),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the man page, or write those of all commands
    Man(Man),
}

/// How transcripts are read.
#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// Policy to apply, in TOML; `lastfour policy` prints the default
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) policy: Option<PathBuf>,

    /// Format of the transcripts; told from name and content where it is not given
    #[arg(long, value_name = "FORMAT", help_heading = "Format")]
    pub(crate) format: Option<FormatName>,

    /// Field of what was said: a name, or a JSON pointer such as /message/text
    #[arg(long, value_name = "FIELD", help_heading = "Format")]
    pub(crate) text_field: Vec<String>,

    /// Field of who says it
    #[arg(long, value_name = "FIELD", help_heading = "Format")]
    pub(crate) role_field: Vec<String>,

    /// Field of the conversation's id
    ///
    /// The messages of a transcript which name no conversation are one. Of those with an id, the 5,000 heard last are
    /// remembered.
    #[arg(long, value_name = "FIELD", help_heading = "Format")]
    pub(crate) conversation_field: Vec<String>,

    /// Role of a speaker: agent, customer or bot
    #[arg(long, value_name = "NAME=ROLE", value_parser = speaker, help_heading = "Format")]
    pub(crate) role: Vec<(String, Role)>,

    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

impl Reading {
    /// The fields that matter, as given or as usual.
    pub(crate) fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        if !self.text_field.is_empty() {
            fields = fields.text(&self.text_field);
        }
        if !self.role_field.is_empty() {
            fields = fields.speaker(&self.role_field);
        }
        if !self.conversation_field.is_empty() {
            fields = fields.conversation(&self.conversation_field);
        }
        fields
    }
}

/// The formats by the names they are asked for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FormatName {
    /// A message a line, or `Speaker: text`, `[time] Speaker: text`
    Text,
    /// A JSON object a line
    Jsonl,
    /// A JSON document
    Json,
    /// A table: comma, semicolon or tab between fields
    Csv,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Text => Self::Text,
            FormatName::Jsonl => Self::Jsonl,
            FormatName::Json => Self::Json,
            FormatName::Csv => Self::Csv,
        }
    }
}

fn speaker(argument: &str) -> Result<(String, Role), String> {
    let (name, role) = argument.rsplit_once('=').ok_or("write it as NAME=agent, NAME=customer or NAME=bot")?;
    Ok((name.to_owned(), role_name(role)?))
}

fn role_name(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| "the role is none of agent, customer and bot".to_owned())
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    lastfour redact chat.txt > safe.txt\n  \
    lastfour redact --output safe/ logs/ more.jsonl.gz\n  \
    lastfour redact --in-place chat.csv\n  \
    tail -f chat.jsonl | lastfour redact --format jsonl")]
pub(crate) struct Redact {
    /// Transcripts and directories of them; standard input where none is given
    ///
    /// A directory is walked for .txt, .log, .jsonl, .ndjson, .json, .csv and .tsv, also with .gz or .zst after it.
    #[arg(value_name = "FILES", value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,

    /// Write each transcript below this directory, under its own path
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "in_place")]
    pub(crate) output: Option<PathBuf>,

    /// Replace each transcript by its safe form: written beside it, then renamed, permissions kept
    #[arg(long, requires = "files")]
    pub(crate) in_place: bool,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// Transcripts and directories of them; standard input where none is given
    #[arg(value_name = "FILES", value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,

    /// Print a JSON object a line for each finding
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    lastfour explain \"my card is 3782 822463 10005\"\n  \
    lastfour explain --as agent \"What is your PIN?\"\n  \
    lastfour explain chat.txt\n  \
    tail -n 20 chat.jsonl | lastfour explain --format jsonl -")]
pub(crate) struct Explain {
    /// What somebody says, or the paths of transcripts, - for standard input; that too where nothing is given
    ///
    /// What names files that are there is read as transcripts, anything else is a text by a speaker (--as).
    #[arg(value_name = "TEXT|FILE")]
    pub(crate) what: Vec<String>,

    /// Who says it, where it is a text: customer, agent or bot
    #[arg(long = "as", value_name = "ROLE", default_value = "customer", value_parser = role_name)]
    pub(crate) speaker: Role,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// Labelled conversations: JSON lines, also with .gz or .zst
    #[arg(value_name = "CASES", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) cases: Vec<PathBuf>,

    /// Show so many failures of each category, with their texts
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) show: usize,

    /// Print the scores as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Policy to apply, in TOML
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Detectors {
    /// Policy whose detectors are listed too
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Policy {
    /// Check this policy instead, and say where it is wrong
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) check: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write the pages of all commands into this directory
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,
}
