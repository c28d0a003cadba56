//! The import graph of a package, read from its sources.
//!
//! A module is a file. Its imports are the paths in its code that begin with `crate`, `super`, `self` or the name of a child
//! module. A name that a module re-exports or imports leads to the module that defines it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::rust_files;

/// The path of a module below the crate root: `["detect", "token"]`.
pub(crate) type ModulePath = Vec<String>;

/// Which child of a module uses which other child, with the module of the first use.
pub(crate) type Edges = BTreeMap<(String, String), ModulePath>;

#[derive(Default)]
struct Module {
    /// Absolute paths that the code names.
    paths: Vec<ModulePath>,
    /// Names brought in by `use`, with their absolute paths.
    names: BTreeMap<String, ModulePath>,
}

/// All modules of a package.
pub(crate) struct Package {
    modules: BTreeMap<ModulePath, Module>,
}

impl Package {
    /// Reads all modules below `src`. A second crate root, `main.rs`, is skipped.
    pub(crate) fn read(src: &Path) -> Self {
        let sources = rust_files(src).into_iter().filter_map(|file| {
            let inside = file.strip_prefix(src).unwrap().with_extension("");
            let mut path: ModulePath = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            match path.last().map(String::as_str) {
                Some("main") => return None,
                Some("mod" | "lib") => drop(path.pop()),
                _ => {}
            }
            Some((path, fs::read_to_string(file).unwrap()))
        });
        Self::from_sources(sources)
    }

    pub(crate) fn from_sources(sources: impl IntoIterator<Item = (ModulePath, String)>) -> Self {
        let sources: BTreeMap<ModulePath, String> = sources.into_iter().collect();
        let mut modules = BTreeMap::new();
        for (path, text) in &sources {
            let is_child = |name: &str| sources.contains_key(&join(path, name));
            modules.insert(path.clone(), Reader::new(path, text, &is_child).read());
        }
        Self { modules }
    }

    /// All modules with children, the crate root first.
    pub(crate) fn parents(&self) -> BTreeSet<ModulePath> {
        self.modules.keys().filter(|path| !path.is_empty()).map(|path| path[..path.len() - 1].to_vec()).collect()
    }

    /// The imports between the children of `parent`. Imports within one child are not included.
    /// them.
    pub(crate) fn edges(&self, parent: &[String]) -> Edges {
        let is_inside = |path: &[String]| path.len() > parent.len() && path.starts_with(parent);
        let mut edges = Edges::new();
        for (path, module) in self.modules.iter().filter(|(path, _)| is_inside(path)) {
            let from = &path[parent.len()];
            for used in module.paths.iter().map(|used| self.definition(used, 0)).filter(|used| is_inside(used)) {
                if used[parent.len()] != *from {
                    edges.entry((from.clone(), used[parent.len()].clone())).or_insert_with(|| path.clone());
                }
            }
        }
        edges
    }

    /// The module that defines the item at an absolute path.
    fn definition(&self, path: &[String], depth: usize) -> ModulePath {
        let mut at = ModulePath::new();
        for (index, name) in path.iter().enumerate() {
            let child = join(&at, name);
            if self.modules.contains_key(&child) {
                at = child;
                continue;
            }
            if let Some(source) = self.modules[&at].names.get(name).filter(|_| depth < 8) {
                let further: ModulePath = source.iter().chain(&path[index + 1..]).cloned().collect();
                return self.definition(&further, depth + 1);
            }
            break;
        }
        at
    }
}

/// The groups of nodes that can reach each other. Each is a circle of imports.
pub(crate) fn circles(edges: &Edges) -> BTreeSet<Vec<String>> {
    let nodes: BTreeSet<&str> = edges.keys().map(|(from, _)| from.as_str()).collect();
    let reach = |start: &str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start.to_owned()]);
        while let Some(node) = next.pop() {
            for (_, to) in edges.keys().filter(|(from, _)| *from == node) {
                if seen.insert(to.as_str()) {
                    next.push(to.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> = nodes.iter().map(|node| (*node, reach(node))).collect();
    let in_circle = |a: &str, b: &str| reached[a].contains(b) && reached[b].contains(a);
    let circle = |node: &&str| nodes.iter().filter(|b| in_circle(node, b)).map(ToString::to_string).collect();
    nodes.iter().map(circle).filter(|circle: &Vec<String>| !circle.is_empty()).collect()
}

fn join(path: &[String], name: &str) -> ModulePath {
    path.iter().cloned().chain([name.to_owned()]).collect()
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    /// `::`
    Separator,
    Other(char),
}

/// The code without comments, strings and character literals.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let count = |from: usize, is: fn(char) -> bool| chars.iter().skip(from).take_while(|c| is(**c)).count();
    let mut tokens = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        match chars[i] {
            '/' if at(i + 1) == '/' => i += count(i, |c| c != '\n'),
            '"' => {
                i += 1;
                while i < chars.len() && chars[i] != '"' {
                    i += 1 + usize::from(chars[i] == '\\');
                }
                i += 1;
            }
            '\'' if at(i + 1) == '\\' => i += 3 + count(i + 3, |c| c != '\'') + 1,
            '\'' if at(i + 2) == '\'' => i += 3,
            ':' if at(i + 1) == ':' => {
                tokens.push(Token::Separator);
                i += 2;
            }
            c if c.is_alphanumeric() || c == '_' => {
                let length = count(i, |c| c.is_alphanumeric() || c == '_');
                let name: String = chars[i..i + length].iter().collect();
                i += length;
                let hashes = count(i, |c| c == '#');
                match name.as_str() {
                    "r" | "br" if at(i + hashes) == '"' => {
                        i += hashes + 1;
                        while i < chars.len() && !(chars[i] == '"' && count(i + 1, |c| c == '#') >= hashes) {
                            i += 1;
                        }
                        i += 1 + hashes;
                    }
                    // The prefix of a byte string or character.
                    "b" if matches!(at(i), '"' | '\'') => {}
                    _ => tokens.push(Token::Name(name)),
                }
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push(Token::Other(c));
                }
                i += 1;
            }
        }
    }
    tokens
}

/// Reads the paths of one file.
struct Reader<'a> {
    /// The file's path, and below it the inline modules that are open.
    here: ModulePath,
    /// The depth of braces at which each open inline module closes.
    inline: Vec<usize>,
    depth: usize,
    tokens: Vec<Token>,
    is_child: &'a dyn Fn(&str) -> bool,
    module: Module,
}

impl<'a> Reader<'a> {
    fn new(path: &[String], text: &str, is_child: &'a dyn Fn(&str) -> bool) -> Self {
        let (here, inline) = (path.to_vec(), Vec::new());
        Self { here, inline, depth: 0, tokens: tokens(text), is_child, module: Module::default() }
    }

    fn name(&self, index: usize) -> Option<&str> {
        match self.tokens.get(index)? {
            Token::Name(name) => Some(name),
            _ => None,
        }
    }

    fn is(&self, index: usize, token: &Token) -> bool {
        self.tokens.get(index) == Some(token)
    }

    fn read(mut self) -> Module {
        let mut i = 0;
        while i < self.tokens.len() {
            match &self.tokens[i] {
                Token::Name(word) if word == "mod" && self.is(i + 2, &Token::Other('{')) => {
                    let name = self.name(i + 1).unwrap_or_default().to_owned();
                    self.inline.push(self.depth);
                    self.here.push(name);
                    i += 2;
                }
                Token::Name(word) if word == "use" => i = self.tree(i + 1, None, true),
                Token::Name(_) if self.starts_path(i) => i = self.tree(i, None, false),
                Token::Other('{') => {
                    self.depth += 1;
                    i += 1;
                }
                Token::Other('}') => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.inline.last() == Some(&self.depth) {
                        self.inline.pop();
                        self.here.pop();
                    }
                    i += 1;
                }
                _ => i += 1,
            }
        }
        self.module
    }

    fn starts_path(&self, i: usize) -> bool {
        let is_first = i == 0 || !self.is(i - 1, &Token::Separator);
        let leads_inside = |name| matches!(name, "crate" | "self" | "super") || (self.is_child)(name);
        is_first && self.is(i + 1, &Token::Separator) && self.name(i).is_some_and(leads_inside)
    }

    /// Reads the path or tree of paths at `i`. Returns the index of the token after it.
    fn tree(&mut self, mut i: usize, prefix: Option<ModulePath>, is_use: bool) -> usize {
        let mut path = prefix;
        let mut last = String::new();
        loop {
            if is_use && self.is(i, &Token::Other('{')) {
                i += 1;
                while i < self.tokens.len() && !self.is(i, &Token::Other('}')) {
                    let is_comma = self.is(i, &Token::Other(','));
                    i = if is_comma { i + 1 } else { self.tree(i, path.clone(), true).max(i + 1) };
                }
                return i + 1;
            }
            let Some(name) = self.name(i).map(str::to_owned) else { break };
            path = match (path, name.as_str()) {
                (None, "crate") => Some(Vec::new()),
                (None, "self") => Some(self.here.clone()),
                (None, "super") => Some(above(&self.here)),
                (None, child) if self.inline.is_empty() && (self.is_child)(child) => Some(join(&self.here, child)),
                (None, _) => return self.skip_tree(i),
                (Some(path), "super") => Some(above(&path)),
                (Some(path), "self") => Some(path),
                (Some(path), name) => Some(join(&path, name)),
            };
            if name != "self" {
                last = name;
            }
            i += 1;
            if !self.is(i, &Token::Separator) {
                break;
            }
            i += 1;
        }
        if is_use && self.name(i) == Some("as") {
            last = self.name(i + 1).unwrap_or_default().to_owned();
            i += 2;
        }
        if let Some(path) = path {
            if is_use && !last.is_empty() {
                self.module.names.insert(last, path.clone());
            }
            self.module.paths.push(path);
        }
        i
    }

    /// Skips the path or tree at `i`, which leads into another crate. Returns the index of the token after it.
    fn skip_tree(&self, mut i: usize) -> usize {
        let mut depth = 0;
        while let Some(token) = self.tokens.get(i) {
            match token {
                Token::Other('{') => depth += 1,
                Token::Other('}' | ',') if depth == 0 => return i,
                Token::Other('}') => depth -= 1,
                Token::Other(';') => return i,
                _ => {}
            }
            i += 1;
        }
        i
    }
}

fn above(path: &[String]) -> ModulePath {
    path[..path.len().saturating_sub(1)].to_vec()
}
