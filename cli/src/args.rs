//! The command-line arguments. Parsing, `--help`, man pages and completions are all generated from these definitions.

use std::path::PathBuf;

use crate::transcript::{Fields, Format};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use lastfour::Role;

/// Mask card numbers, Social Security numbers, passcodes and passwords in chat transcripts, and keep the last four digits
#[derive(Debug, Parser)]
#[command(name = "lastfour", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Try: lastfour redact chat.txt\n     lastfour explain \"my card is 3782 822463 10005\"")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colors; NO_COLOR in the environment turns `auto` off
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorName,
}

/// When to use colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorName {
    /// On a terminal
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write transcripts with every secret masked
    Redact(Redact),
    /// Report findings and change nothing
    ///
    /// Exit status: 0 nothing to mask, 1 something to mask, 2 an error. Findings that are only flagged, such as an agent's
    /// questions, do not set status 1 unless --fail-on says so.
    Scan(Scan),
    /// Put the middleware in front of a server in any language
    #[cfg(feature = "proxy")]
    Proxy(Proxy),
    /// Run the middleware as an external processor of Envoy (gRPC)
    #[cfg(feature = "ext-proc")]
    ExtProc(ExtProc),
    /// Explain why something is found or kept
    Explain(Explain),
    /// Score labeled conversations: secrets missed, harmless text lost, clean messages changed
    Eval(Eval),
    /// List what can be found
    Detectors(Detectors),
    /// Print the default policy, or check a policy file
    Policy(Policy),
    /// Print a shell completion script
    Completions(Completions),
    /// Print the man page, or write one page per command to a directory
    Man(Man),
}

/// How transcripts are read.
#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// Policy file (TOML); `lastfour policy` prints the default
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) policy: Option<PathBuf>,

    /// Transcript format (default: detected)
    #[arg(long, value_name = "FORMAT", help_heading = "Format")]
    pub(crate) format: Option<FormatName>,

    /// A further field with the text of a message: a name, or a JSON pointer such as /message/text
    #[arg(long, value_name = "FIELD", help_heading = "Format")]
    pub(crate) text_field: Vec<String>,

    /// The only field with the text of a message: other fields are not recognized by name or content
    #[arg(long, value_name = "FIELD", help_heading = "Format")]
    pub(crate) only_text_field: Vec<String>,

    /// Field with the speaker: a name, or a JSON pointer from the root or from a message, such as /author/type
    #[arg(long, value_name = "FIELD", help_heading = "Format")]
    pub(crate) role_field: Vec<String>,

    /// Field with the conversation's id
    ///
    /// Messages without a conversation id belong to one conversation. The 5,000 most recently active ids are remembered.
    #[arg(long, value_name = "FIELD", help_heading = "Format")]
    pub(crate) conversation_field: Vec<String>,

    /// Role of a speaker: agent, customer or bot; NAME may be the value of any field for the speaker, such as an id
    #[arg(long, value_name = "NAME=ROLE", value_parser = speaker, help_heading = "Format")]
    pub(crate) role: Vec<(String, Role)>,

    /// Print only errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

impl Reading {
    /// Returns the fields given on the command line, or the usual ones.
    pub(crate) fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        if !self.only_text_field.is_empty() {
            fields = fields.only_text(&self.only_text_field);
        }
        fields.text(&self.text_field).speaker(&self.role_field).conversation(&self.conversation_field)
    }
}

/// How many threads do the work.
#[derive(Debug, Args)]
pub(crate) struct Threads {
    /// Number of threads that scan [default: one per core]; the output is the same for every number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

impl Threads {
    /// Returns the number of threads.
    pub(crate) fn count(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }
}

/// What counts as an error.
#[derive(Debug, Args)]
pub(crate) struct Strictness {
    /// Exit with status 2 if anything was skipped, was not valid in its format, had no known role or no known text
    #[arg(long)]
    pub(crate) strict: bool,
}

/// The names of the formats.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FormatName {
    /// Lines, with or without a speaker and a time; chat exports; Markdown
    Text,
    /// One JSON value per line
    Jsonl,
    /// A JSON document
    Json,
    /// A table: fields separated by comma, semicolon, tab or bar
    Csv,
    /// A log: lines with JSON or key=value pairs
    Log,
    /// Subtitles: WebVTT or SRT
    Vtt,
    /// An HTML document
    Html,
    /// An XML document
    Xml,
    /// A YAML document
    Yaml,
    /// Mail: a message (.eml) or a mailbox (mbox)
    Mail,
    /// An SQL dump
    Sql,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Text => Self::Text,
            FormatName::Jsonl => Self::Jsonl,
            FormatName::Json => Self::Json,
            FormatName::Csv => Self::Csv,
            FormatName::Log => Self::Log,
            FormatName::Vtt => Self::Cues,
            FormatName::Html => Self::Html,
            FormatName::Xml => Self::Xml,
            FormatName::Yaml => Self::Yaml,
            FormatName::Mail => Self::Mail,
            FormatName::Sql => Self::Sql,
        }
    }
}

fn speaker(argument: &str) -> Result<(String, Role), String> {
    let (name, role) = argument.rsplit_once('=').ok_or("write it as NAME=agent, NAME=customer or NAME=bot")?;
    Ok((name.to_owned(), role_name(role)?))
}

fn role_name(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| "the role must be agent, customer or bot".to_owned())
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    lastfour redact chat.txt > safe.txt\n  \
    lastfour redact --output safe/ logs/ more.jsonl.gz\n  \
    lastfour redact --in-place chat.csv\n  \
    tail -f chat.jsonl | lastfour redact --format jsonl")]
pub(crate) struct Redact {
    /// Transcripts, and directories to search for them (default: standard input)
    ///
    /// In a directory, files with these extensions are read: .txt, .log, .weechatlog, .jsonl, .ndjson, .json, .csv,
    /// .tsv, .tab, .psv, .vtt, .srt, .sbv, .ass, .ssa, .html, .htm, .xhtml, .md, .markdown, .xml, .yaml, .yml, .eml,
    /// .emlx, .mbox, .sql, .xlsx and .zip; also with .gz or .zst after it. A file that is named is always read.
    #[arg(value_name = "FILES", value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,

    /// Write each transcript below this directory, under its own path (a file given by an absolute path keeps all of it)
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "in_place")]
    pub(crate) output: Option<PathBuf>,

    /// Replace each transcript with its redacted form; permissions are kept
    #[arg(long, requires = "files")]
    pub(crate) in_place: bool,

    /// Skip files that an interrupted run has already written below --output
    #[arg(long, requires = "output")]
    pub(crate) resume: bool,

    /// Write no transcript; only say what would change
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print the lines that would change, with the secrets masked on both sides, and write no transcript
    #[arg(long)]
    pub(crate) diff: bool,

    /// Write a report to FILE: JSON with the format, messages, speakers, findings and warnings of each file; never a secret
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) report: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) threads: Threads,

    #[command(flatten)]
    pub(crate) strictness: Strictness,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// The findings that set exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Those that are masked or blocked
    Mask,
    /// Those that are flagged too, such as questions for a secret
    Flag,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    lastfour scan chat.txt\n  \
    lastfour scan --json logs/ > findings.jsonl\n  \
    lastfour scan --sarif src/ > findings.sarif")]
pub(crate) struct Scan {
    /// Transcripts, and directories to search for them (default: standard input)
    #[arg(value_name = "FILES", value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,

    /// Print one JSON object per finding and line
    #[arg(long)]
    pub(crate) json: bool,

    /// Print a SARIF 2.1.0 document, which code hosts show beside the code
    #[arg(long, conflicts_with = "json")]
    pub(crate) sarif: bool,

    /// The findings that set exit status 1
    #[arg(long, value_name = "ACTION", default_value = "mask")]
    pub(crate) fail_on: FailOn,

    #[command(flatten)]
    pub(crate) threads: Threads,

    #[command(flatten)]
    pub(crate) strictness: Strictness,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Where a server listens, and how it reads messages.
#[cfg(feature = "proxy")]
#[derive(Debug, Args)]
pub(crate) struct Serving {
    /// Address on which clients connect [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,

    /// Policy file (TOML); `lastfour policy` prints the default
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) policy: Option<PathBuf>,

    /// Where the conversation key is; requests without one are judged on their own
    ///
    /// One of header:NAME, cookie:NAME, query:NAME, json:/POINTER, path:NAME (the segment after NAME), segment:NUMBER. If
    /// it is given several times, the first place with a key counts. Your server must check what it names: a client that
    /// can choose the key can split a secret over several conversations.
    #[arg(long, value_name = "PLACE")]
    pub(crate) conversation: Vec<String>,

    /// URL of a Redis or Valkey server on which several proxies share their conversations, such as redis://127.0.0.1:6379
    ///
    /// If it cannot be reached, requests that belong to a conversation get status 503. Needs a build with the feature
    /// redis. A URL with a password belongs in a configuration file, because other users of the machine can see
    /// arguments.
    #[arg(long, value_name = "URL")]
    pub(crate) redis: Option<String>,
}

#[cfg(feature = "ext-proc")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    lastfour ext-proc --listen 127.0.0.1:9001 --conversation header:x-conversation\n  \
    lastfour ext-proc --config ext-proc.toml")]
pub(crate) struct ExtProc {
    /// Configuration file (TOML) with routes, TLS, limits and more, in place of the other options
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(conflicts_with_all = ["listen", "policy", "conversation", "redis"])]
    pub(crate) config: Option<PathBuf>,

    /// Check the configuration and the files that it names, and start nothing
    #[arg(long)]
    pub(crate) check: bool,

    #[command(flatten)]
    pub(crate) serving: Serving,
}

#[cfg(feature = "proxy")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    lastfour proxy --listen 127.0.0.1:8080 --upstream http://127.0.0.1:9000\n  \
    lastfour proxy --upstream http://127.0.0.1:9000 --conversation cookie:session\n  \
    lastfour proxy --config proxy.toml")]
pub(crate) struct Proxy {
    /// Configuration file (TOML) with routes, TLS, limits and more, in place of the other options
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(conflicts_with_all = ["listen", "upstream", "policy", "conversation", "redis", "host", "trust"])]
    pub(crate) config: Option<PathBuf>,

    /// Check the configuration and the files that it names, and start nothing
    #[arg(long)]
    pub(crate) check: bool,

    /// Your server: http:// or https://, a host and a port
    #[arg(long, value_name = "URL")]
    pub(crate) upstream: Option<String>,

    #[command(flatten)]
    pub(crate) serving: Serving,

    /// The Host header that the upstream gets: keep (that of the client) or upstream (its own, the default for https)
    #[arg(long, value_name = "WHICH")]
    pub(crate) host: Option<String>,

    /// Address, or block of addresses, of a proxy in front of this one, whose X-Forwarded and Forwarded headers are kept
    #[arg(long, value_name = "NETWORK")]
    pub(crate) trust: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    lastfour explain \"my card is 3782 822463 10005\"\n  \
    lastfour explain --as agent \"What is your PIN?\"\n  \
    lastfour explain chat.txt\n  \
    tail -n 20 chat.jsonl | lastfour explain --format jsonl -")]
pub(crate) struct Explain {
    /// A message, or transcript files, or `-` for standard input (the default)
    ///
    /// If an argument names an existing file it is read; otherwise it is taken as a message from the speaker given by
    /// --as.
    #[arg(value_name = "TEXT|FILE")]
    pub(crate) what: Vec<String>,

    /// Role of the speaker of a message: customer, agent or bot
    #[arg(long = "as", value_name = "ROLE", default_value = "customer", value_parser = role_name)]
    pub(crate) speaker: Role,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// Labeled conversations (JSON lines, also .gz or .zst), and directories to search for them
    ///
    /// A line is an object with id, category and turns. A turn has role and text; secrets, a list of objects with kind
    /// and value; keep, a list of texts that must stay; and either, which is true if the turn is not scored. A kind is a
    /// name that `lastfour detectors` lists.
    #[arg(value_name = "CASES", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) cases: Vec<PathBuf>,

    /// Show up to N failures per category, with their texts
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) show: usize,

    /// Print the total only
    #[arg(long)]
    pub(crate) summary: bool,

    /// Print the scores as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Print one JSON object per conversation with a failure: id, missed, lost, changed
    #[arg(long, conflicts_with_all = ["json", "show", "summary"])]
    pub(crate) failures: bool,

    /// Policy file (TOML)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Detectors {
    /// Policy file (TOML); its custom detectors are listed too
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Policy {
    /// Check this policy file instead of printing the default
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) check: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Name of the shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write one page per command to this directory
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,
}
