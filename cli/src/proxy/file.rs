//! The configuration file. Every error names the position, the key and what is expected.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http::{HeaderName, Method};
use lastfour::Role;
use lastfour::middleware::websocket::Framing;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::failure::{CliError, Result, reason};
use crate::proxy::pattern::Pattern;
use crate::proxy::settings::{
    Host, LISTEN, Limits, Log, Named, Network, Route, Rules, Settings, Store, Timeouts, Tls, Trust, Upstream,
};
use crate::proxy::source::{KINDS, Source};
use crate::proxy::store::{REDIS_URL, redis_url};

/// The maximum time that can be set, in seconds: one day.
const LONGEST: f64 = 86_400.0;

/// Reads a configuration file. `upstream`: whether it must name one.
///
/// # Errors
///
/// Returns an error if the file cannot be read or is not valid.
pub(crate) fn read(path: &Path, upstream: bool) -> Result<Settings> {
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => CliError::Message(format!("{} is not UTF-8 text", path.display())),
        _ => CliError::Message(format!("cannot read {}: {}", path.display(), reason(&error))),
    })?;
    // Relative paths start at its directory.
    let folder = path.parent().unwrap_or(Path::new(""));
    parse(&text, folder, upstream).map_err(|error| CliError::Message(format!("{}: {error}", path.display())))
}

/// Parses a configuration. `folder`: the start of relative paths. `needs_upstream`: whether it must name one.
fn parse(text: &str, folder: &Path, needs_upstream: bool) -> std::result::Result<Settings, String> {
    let file = File { text, folder, needs_upstream };
    let document = DeTable::parse(text).map_err(|error| {
        file.error(&error.span().unwrap_or(0..0), "", &format!("not valid TOML: {}", error.message()))
    })?;
    settings(&mut Section::new(&file, String::new(), document.get_ref(), 0..0))
}

struct File<'t> {
    text: &'t str,
    folder: &'t Path,
    needs_upstream: bool,
}

impl File<'_> {
    fn error(&self, span: &Range<usize>, key: &str, message: &str) -> String {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let colon = if key.is_empty() { "" } else { ": " };
        format!("line {line}, column {column}: {key}{colon}{message}")
    }
}

type Value<'a, 't> = &'a Spanned<DeValue<'t>>;
type Read<T> = std::result::Result<T, String>;

/// A table of the file. Unknown keys are errors.
struct Section<'f, 'a, 't> {
    file: &'f File<'t>,
    /// Its name with a dot, such as `limits.`.
    name: String,
    values: BTreeMap<&'a str, (Range<usize>, Value<'a, 't>)>,
    span: Range<usize>,
    known: Vec<&'static str>,
}

impl<'f, 'a, 't> Section<'f, 'a, 't> {
    fn new(file: &'f File<'t>, name: String, table: &'a DeTable<'t>, span: Range<usize>) -> Self {
        let values = table.iter().map(|(key, value)| (key.get_ref().as_ref(), (key.span(), value))).collect();
        Self { file, name, values, span, known: Vec::new() }
    }

    /// Takes a value. `read` returns `None` if it is not what is `expected`.
    fn get<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&'a DeValue<'t>) -> Option<T>,
    ) -> Read<Option<T>> {
        self.known.push(key);
        let Some((_, value)) = self.values.remove(key) else { return Ok(None) };
        let name = format!("{}{key}", self.name);
        let read = read(value.get_ref());
        read.map(Some).ok_or_else(|| self.file.error(&value.span(), &name, &format!("expected {expected}")))
    }

    fn text<T>(&mut self, key: &'static str, expected: &str, read: impl Fn(&str) -> Option<T>) -> Read<Option<T>> {
        self.get(key, expected, |value| read(value.as_str()?))
    }

    /// Takes a list of texts, or one.
    fn texts<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Read<Option<Vec<T>>> {
        let expected = format!("{expected}, or a list of them");
        self.get(key, &expected, |value| match value {
            DeValue::Array(values) => values.iter().map(|value| read(value.get_ref().as_str()?)).collect(),
            value => Some(vec![read(value.as_str()?)?]),
        })
    }

    fn word<T: Named>(&mut self, key: &'static str) -> Read<Option<T>> {
        self.text(key, &format!("one of {}", T::names()), T::named)
    }

    fn path(&mut self, key: &'static str) -> Read<Option<PathBuf>> {
        let folder = self.file.folder;
        self.text(key, "the path of a file", |path| (!path.is_empty()).then(|| folder.join(path)))
    }

    fn number(&mut self, key: &'static str, least: u64, most: u64) -> Read<Option<u64>> {
        self.get(key, &format!("an integer from {least} to {most}"), |value| {
            let number = value.as_integer()?;
            let number = u64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()?;
            (least..=most).contains(&number).then_some(number)
        })
    }

    fn flag(&mut self, key: &'static str) -> Read<Option<bool>> {
        self.get(key, "true or false", DeValue::as_bool)
    }

    fn seconds(&mut self, key: &'static str, default: Duration) -> Read<Duration> {
        let read = self.get(key, "a number of seconds, more than 0 and at most 86400", |value| {
            let text = match value {
                DeValue::Integer(number) => number.as_str(),
                DeValue::Float(number) => number.as_str(),
                _ => return None,
            };
            let seconds = text.replace('_', "").parse::<f64>().ok()?;
            (seconds > 0.0 && seconds <= LONGEST).then(|| Duration::from_secs_f64(seconds))
        })?;
        Ok(read.unwrap_or(default))
    }

    /// Reads a table in this one. If it is missing, it is read as an empty one.
    fn section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'f, 'a, 't>) -> Read<T>,
    ) -> Read<Option<T>> {
        self.known.push(key);
        let Some((_, value)) = self.values.remove(key) else { return Ok(None) };
        self.table(key, value, read).map(Some)
    }

    fn table<T>(
        &self,
        key: &str,
        value: Value<'a, 't>,
        read: impl FnOnce(&mut Section<'f, 'a, 't>) -> Read<T>,
    ) -> Read<T> {
        let name = format!("{}{key}", self.name);
        let Some(table) = value.get_ref().as_table() else {
            return Err(self.file.error(&value.span(), &name, &format!("expected a table: [{name}]")));
        };
        let mut section = Section::new(self.file, format!("{name}."), table, value.span());
        let read = read(&mut section)?;
        section.finish()?;
        Ok(read)
    }

    fn required<T>(&self, key: &str, value: Option<T>) -> Read<T> {
        value.ok_or_else(|| self.file.error(&self.span, &format!("{}{key}", self.name), "it is required"))
    }

    /// Rejects the keys that were not read.
    fn finish(&self) -> Read<()> {
        let first = self.values.iter().min_by_key(|(_, (span, _))| span.start);
        let Some((key, (span, _))) = first else { return Ok(()) };
        let message = format!("unknown key; expected one of {}", self.known.join(", "));
        Err(self.file.error(span, &format!("{}{key}", self.name), &message))
    }
}

/// Returns the address if it can be listened on.
fn address(text: &str) -> Option<String> {
    let (host, port) = text.rsplit_once(':')?;
    (!host.is_empty() && port.parse::<u16>().is_ok()).then(|| text.to_owned())
}

fn settings(file: &mut Section<'_, '_, '_>) -> Read<Settings> {
    const ADDRESS: &str = "an address and a port, such as 127.0.0.1:8080";
    let listen = file.text("listen", ADDRESS, address)?.unwrap_or_else(|| LISTEN.to_owned());
    let upstream = file.section("upstream", upstream)?;
    if file.file.needs_upstream {
        file.required("upstream.url", upstream.as_ref())?;
    }
    let settings = Settings {
        listen,
        upstream,
        admin: file.text("admin", ADDRESS, address)?,
        tls: file.section("tls", tls)?,
        trust: file.section("trust", trust)?.unwrap_or_default(),
        limits: file.section("limits", limits)?.unwrap_or_default(),
        timeouts: file.section("timeouts", timeouts)?.unwrap_or_default(),
        store: file.section("store", store)?.unwrap_or_default(),
        log: file.section("log", log)?.unwrap_or_default(),
        rules: rules(file, &Rules::default())?,
        routes: Vec::new(),
    };
    let routes = routes(file, &settings.rules)?;
    file.finish()?;
    Ok(Settings { routes, ..settings })
}

fn upstream(section: &mut Section<'_, '_, '_>) -> Read<Upstream> {
    let url = section.text("url", "a URL without a path, such as http://127.0.0.1:9000", Upstream::parse)?;
    let mut upstream = section.required("url", url)?;
    if let Some(host) = section.word::<Host>("host")? {
        upstream.host = host;
    }
    upstream.http2 = section.flag("http2")?.unwrap_or_default();
    upstream.ca = section.path("ca")?;
    Ok(upstream)
}

fn tls(section: &mut Section<'_, '_, '_>) -> Read<Tls> {
    let (certificate, key) = (section.path("certificate")?, section.path("key")?);
    Ok(Tls { certificate: section.required("certificate", certificate)?, key: section.required("key", key)? })
}

fn trust(section: &mut Section<'_, '_, '_>) -> Read<Trust> {
    let networks = "an address or a block of addresses, such as 10.0.0.0/8";
    Ok(Trust {
        proxies: section.texts("proxies", networks, Network::parse)?.unwrap_or_default(),
        headers: section
            .texts("headers", "the name of a header", |name| name.parse::<HeaderName>().ok())?
            .unwrap_or_default(),
    })
}

fn store(section: &mut Section<'_, '_, '_>) -> Read<Store> {
    let default = Store::default();
    let redis = section.texts("redis", REDIS_URL, redis_url)?.unwrap_or_default();
    Ok(Store {
        cluster: section.flag("cluster")?.unwrap_or(redis.len() > 1),
        redis,
        prefix: section
            .text("prefix", "a text without spaces", |prefix| {
                let is_word = !prefix.is_empty() && !prefix.contains(|c: char| c.is_whitespace() || c.is_control());
                is_word.then(|| prefix.to_owned())
            })?
            .unwrap_or(default.prefix),
        idle: section.seconds("idle", default.idle)?,
    })
}

fn limits(section: &mut Section<'_, '_, '_>) -> Read<Limits> {
    let default = Limits::default();
    let mut number = |key, least, most, default: usize| -> Read<usize> {
        Ok(section.number(key, least, most)?.and_then(|number| usize::try_from(number).ok()).unwrap_or(default))
    };
    let connections = number("connections", 1, 1_000_000, default.connections)?;
    let head = number("head", 8192, 1 << 20, default.head)?;
    let hold = number("hold", 1024, 1 << 30, default.hold)?;
    let conversations = number("conversations", 0, 1 << 30, default.conversations)?;
    let body = section.number("body", 0, 1 << 50)?.unwrap_or(default.body);
    Ok(Limits { connections, head, body, hold, conversations })
}

fn timeouts(section: &mut Section<'_, '_, '_>) -> Read<Timeouts> {
    let default = Timeouts::default();
    Ok(Timeouts {
        connect: section.seconds("connect", default.connect)?,
        head: section.seconds("head", default.head)?,
        response: section.seconds("response", default.response)?,
        idle: section.seconds("idle", default.idle)?,
        shutdown: section.seconds("shutdown", default.shutdown)?,
    })
}

fn log(section: &mut Section<'_, '_, '_>) -> Read<Log> {
    let format = section.text("format", "one of text, json", |format| match format {
        "text" => Some(false),
        "json" => Some(true),
        _ => None,
    })?;
    let level = section.text("level", "one of error, warn, info, debug", |level| match level {
        "error" | "warn" | "info" | "debug" => level.parse().ok(),
        _ => None,
    })?;
    let default = Log::default();
    Ok(Log { json: format.unwrap_or(default.json), level: level.unwrap_or(default.level) })
}

fn rules(section: &mut Section<'_, '_, '_>, default: &Rules) -> Read<Rules> {
    const ROLE: &str = "one of customer, agent, bot";
    let role = |name: &str| Role::from_name(name);
    let framings: Vec<&str> = Framing::all().map(Framing::as_str).collect();
    Ok(Rules {
        policy: section.path("policy")?.or_else(|| default.policy.clone()),
        direction: section.word("direction")?.unwrap_or(default.direction),
        shape: section.word("shape")?.unwrap_or(default.shape),
        fields: section
            .texts("fields", "the name of a field", |name| (!name.is_empty()).then(|| name.to_owned()))?
            .unwrap_or_else(|| default.fields.clone()),
        events: section.word("events")?.unwrap_or(default.events),
        errors: section.word("errors")?.unwrap_or(default.errors),
        framing: section
            .text("framing", &format!("one of {}", framings.join(", ")), Framing::named)?
            .or(default.framing),
        binary: section.word("binary")?.unwrap_or(default.binary),
        conversation: section
            .texts("conversation", KINDS, Source::parse)?
            .unwrap_or_else(|| default.conversation.clone()),
        role: section.texts("role", KINDS, Source::parse)?.unwrap_or_else(|| default.role.clone()),
        request_role: section.text("request_role", ROLE, role)?.or(default.request_role),
        response_role: section.text("response_role", ROLE, role)?.or(default.response_role),
    })
}

fn routes(file: &mut Section<'_, '_, '_>, default: &Rules) -> Read<Vec<Route>> {
    file.known.push("routes");
    let Some((_, value)) = file.values.remove("routes") else { return Ok(Vec::new()) };
    let DeValue::Array(routes) = value.get_ref() else {
        return Err(file.file.error(&value.span(), "routes", "expected a list of tables: [[routes]]"));
    };
    let read = |section: &mut Section<'_, '_, '_>| {
        let path = section.text("path", "a path such as /rooms/*/messages", Pattern::parse)?;
        let methods = section.texts("methods", "a method such as POST", |method| {
            method.bytes().all(|byte| byte.is_ascii_uppercase()).then(|| Method::from_bytes(method.as_bytes()).ok())?
        })?;
        Ok(Route {
            path: section.required("path", path)?,
            methods: methods.unwrap_or_default(),
            rules: rules(section, default)?,
        })
    };
    routes.iter().map(|route| file.table("routes", route, read)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::settings::{Direction, Shape};

    fn error(text: &str) -> String {
        parse(text, Path::new(""), true).expect_err(text)
    }

    #[test]
    fn a_route_inherits_settings_from_the_top_level() {
        let settings = parse(
            "conversation = 'cookie:sid'\npolicy = 'p.toml'\n[upstream]\nurl = 'http://a:1'\n[limits]\nbody = 1_000\n\
             [timeouts]\nidle = 0.5\n[[routes]]\npath = '/v1'\nmethods = 'POST'\nshape = 'openai'\nconversation = []\n\
             [[routes]]\npath = '/static'\ndirection = 'none'\n",
            Path::new("/etc"),
            true,
        )
        .expect("a valid file");
        let [api, files] = &settings.routes[..] else { panic!("two routes") };
        assert_eq!(api.rules.policy.as_deref(), Some(Path::new("/etc/p.toml")));
        assert_eq!((api.rules.shape, api.rules.conversation.len()), (Shape::OpenAi, 0));
        assert_eq!((files.rules.direction, files.rules.conversation.len()), (Direction::None, 1));
        assert_eq!((settings.limits.body, settings.timeouts.idle), (1000, Duration::from_millis(500)));
        assert_eq!(settings.listen, "127.0.0.1:8080");
    }

    #[test]
    fn an_error_names_the_position_the_key_and_the_expected_value() {
        let upstream = "[upstream]\nurl = 'http://a:1'\n";
        for (text, expected) in [
            (
                "listen = 8080".to_owned(),
                "line 1, column 10: listen: expected an address and a port, such as 127.0.0.1:8080",
            ),
            (
                "listen = ':80'".to_owned(),
                "line 1, column 10: listen: expected an address and a port, such as 127.0.0.1:8080",
            ),
            (String::new(), "line 1, column 1: upstream.url: it is required"),
            (
                "[upstream]\nurl = 'a:1'".to_owned(),
                "line 2, column 7: upstream.url: expected a URL without a path, such as http://127.0.0.1:9000",
            ),
            (
                format!("{upstream}hots = 'keep'"),
                "line 3, column 1: upstream.hots: unknown key; expected one of url, host, http2, ca",
            ),
            (format!("{upstream}host = 'mine'"), "line 3, column 8: upstream.host: expected one of keep, upstream"),
            (format!("tls = 1\n{upstream}"), "line 1, column 7: tls: expected a table: [tls]"),
            (format!("{upstream}[tls]\nkey = 'k'"), "line 3, column 1: tls.certificate: it is required"),
            (
                format!("{upstream}[limits]\n\nhead = 1"),
                "line 5, column 8: limits.head: expected an integer from 8192 to 1048576",
            ),
            (
                format!("{upstream}[timeouts]\nidle = 0"),
                "line 4, column 8: timeouts.idle: expected a number of seconds, more than 0 and at most 86400",
            ),
            (
                format!("{upstream}[trust]\nproxies = ['x']"),
                "line 4, column 11: trust.proxies: expected an address or a block of addresses, such as 10.0.0.0/8, or a list of them",
            ),
            (
                format!("{upstream}[log]\nlevel = 'trace'"),
                "line 4, column 9: log.level: expected one of error, warn, info, debug",
            ),
            (format!("{upstream}[[routes]]\nshape = 'openai'"), "line 3, column 1: routes.path: it is required"),
            (
                format!("{upstream}[[routes]]\npath = '/a'\nshape = 'open'"),
                "line 5, column 9: routes.shape: expected one of generic, all-strings, openai, anthropic, matrix",
            ),
            (
                format!("conversation = 'x-room'\n{upstream}"),
                &format!("line 1, column 16: conversation: expected {KINDS}, or a list of them"),
            ),
        ] {
            assert_eq!(error(&text), expected, "{text}");
        }
        assert!(error("listen = \n").starts_with("line 1, column 10: not valid TOML: "), "{}", error("listen = \n"));
        assert!(
            error(&format!("routs = 1\n{upstream}"))
                .starts_with("line 1, column 1: routs: unknown key; expected one of listen, ")
        );
    }
}
