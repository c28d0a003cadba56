//! Chooses the rules for a request.

use http::Method;
use lastfour::chat::{AllStrings, Anthropic, Generic, Matrix, OpenAi};
use lastfour::middleware::websocket::{Shutdown, Upgrades};
use lastfour::middleware::{MatrixError, OpenAiError, Problem, RedactLayer};
use lastfour::{Engine, Limits};

use crate::failure::Result;
use crate::proxy::pattern::{Pattern, segments};
use crate::proxy::settings::{Direction, Errors, Events, Rules, Settings, Shape};
use crate::proxy::source::{First, Source};
use crate::proxy::store::Store;
use crate::reading;

/// The rules of a route, ready to be applied.
pub(crate) struct Route {
    /// Its name in logs and metrics.
    pub(crate) name: String,
    path: Pattern,
    methods: Vec<Method>,
    #[cfg(feature = "ext-proc")]
    pub(crate) direction: Direction,
    /// `None` if nothing is scanned.
    pub(crate) layer: Option<RedactLayer<Store>>,
}

/// All routes.
pub(crate) struct Routes {
    routes: Vec<Route>,
    rest: Route,
    /// The route for paths that servers read in different ways: both directions are scanned.
    unclear: Route,
}

impl Routes {
    /// Reads the policies.
    ///
    /// # Errors
    ///
    /// Returns an error if a policy cannot be read.
    pub(crate) fn new(settings: &Settings, store: &Store, websockets: &Shutdown) -> Result<Self> {
        let idle = settings.timeouts.idle;
        let limits = Limits::default().hold(settings.limits.hold);
        let make = |name: &str, path: Pattern, methods: &[Method], rules: &Rules| -> Result<Route> {
            let upgrades = Upgrades::new().idle(idle).shutdown(websockets.clone());
            let layer = layer(rules, limits, upgrades, store)?;
            Ok(Route {
                name: name.to_owned(),
                path,
                methods: methods.to_vec(),
                #[cfg(feature = "ext-proc")]
                direction: rules.direction,
                layer,
            })
        };
        let strict = Rules { direction: Direction::Both, ..settings.rules.clone() };
        Ok(Self {
            routes: settings
                .routes
                .iter()
                .map(|route| make(route.path.as_str(), route.path.clone(), &route.methods, &route.rules))
                .collect::<Result<_>>()?,
            rest: make("default", Pattern::any(), &[], &settings.rules)?,
            unclear: make("unclear", Pattern::any(), &[], &strict)?,
        })
    }

    /// Returns the first route that matches.
    pub(crate) fn find(&self, method: &Method, path: &str) -> &Route {
        if self.routes.is_empty() && self.rest.layer.is_some() {
            return &self.rest;
        }
        let Some(path) = segments(path) else { return &self.unclear };
        let matches =
            |route: &&Route| (route.methods.is_empty() || route.methods.contains(method)) && route.path.matches(&path);
        self.routes.iter().find(matches).unwrap_or(&self.rest)
    }
}

/// A text that uses all tables.
const WARM_UP: &str = "my card is 3782 822463 10005, mi contraseña es Girasol2019";

fn layer(rules: &Rules, limits: Limits, upgrades: Upgrades, store: &Store) -> Result<Option<RedactLayer<Store>>> {
    let engine = Engine::new(reading::policy(rules.policy.as_deref())?);
    // Builds the tables now, so that the first client does not wait for them.
    let _ = engine.redact(WARM_UP);
    let layer = match rules.direction {
        Direction::Both => RedactLayer::both(engine),
        Direction::Requests => RedactLayer::requests(engine),
        Direction::Responses => RedactLayer::responses(engine),
        Direction::None => return Ok(None),
    };
    let mut upgrades = upgrades.binary(rules.binary);
    if let Some(framing) = rules.framing {
        upgrades = upgrades.framing(framing);
    }
    let mut layer = layer.limits(limits).websocket(upgrades).store(store.clone());
    layer = match rules.shape {
        Shape::Generic => {
            let shape = Generic::default().and(rules.fields.clone());
            layer.shape(match rules.events {
                Events::Detect => shape,
                Events::Messages => shape.messages(),
                Events::Pieces => shape.pieces(),
            })
        }
        Shape::AllStrings => layer.shape(AllStrings),
        Shape::OpenAi => layer.shape(OpenAi),
        Shape::Anthropic => layer.shape(Anthropic),
        Shape::Matrix => layer.shape(Matrix),
    };
    layer = match rules.errors {
        Errors::Problem => layer.reject(Problem),
        Errors::OpenAi => layer.reject(OpenAiError),
        Errors::Matrix => layer.reject(MatrixError),
    };
    let first = |sources: &[Source]| First(sources.to_vec());
    if !rules.conversation.is_empty() {
        layer = layer.conversation_by(first(&rules.conversation));
    }
    if !rules.role.is_empty() {
        layer = layer.role_by(first(&rules.role));
    }
    if let Some(role) = rules.request_role {
        layer = layer.request_role(role);
    }
    if let Some(role) = rules.response_role {
        layer = layer.response_role(role);
    }
    Ok(Some(layer))
}
