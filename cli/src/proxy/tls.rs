//! TLS on both sides, with rustls.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use crate::failure::{CliError, Result};
use crate::proxy::settings::{Tls, Upstream};

fn error(what: &str, path: &Path, error: impl std::fmt::Display) -> CliError {
    CliError::Message(format!("cannot use the {what} {}: {error}", path.display()))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>);
    let certificates = read.map_err(|cause| error("certificate", path, cause))?;
    if certificates.is_empty() {
        return Err(error("certificate", path, "it holds no certificate in PEM"));
    }
    Ok(certificates)
}

/// Returns the TLS acceptor for HTTP/2 and HTTP/1.1.
pub(crate) fn acceptor(tls: &Tls) -> Result<TlsAcceptor> {
    let chain = certificates(&tls.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|cause| error("key", &tls.key, cause))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|cause| error("key", &tls.key, cause))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Returns the TLS configuration for connections to the upstream.
pub(crate) fn client(upstream: &Upstream) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    match &upstream.ca {
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|cause| error("certificate", path, cause))?;
            }
        }
        None if upstream.scheme == http::uri::Scheme::HTTPS => {
            let (_, unusable) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(CliError::Message(format!(
                    "the system has no certificates ({unusable} unusable); install ca-certificates, or set upstream.ca"
                )));
            }
        }
        None => {}
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|cause| CliError::Message(format!("cannot use TLS: {cause}")))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
