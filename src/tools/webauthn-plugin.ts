/** Leaves parts of @simplewebauthn/server out of bundles. */
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'

const OWN_UNWRAP = fileURLToPath(
  new URL('../core/second-factor/webauthn/ecdsa-signature.ts', import.meta.url),
)

/** Parts of @simplewebauthn/server that nothing needs but attestation statements with certificates. */
const LEFT_OUT =
  /\/(?:verifyAttestation(?:AndroidKey|AndroidSafetyNet|Apple|FIDOU2F|TPM)|(?:metadata|services)\/\w+)\.js$/

/** Their replacement. Root certificates are requested for every attestation: there are none. */
const NOTHING = 'module.exports = { SettingsService: { getRootCertificates: () => [] } }'

/**
 * Leaves the certificate code out of @simplewebauthn/server: we take attestation `none` and what a passkey signs
 * itself (`verify.ts` refuses the rest before the library sees it), and the ASN.1 and X.509 packages are two
 * thirds of its size. What is left out is `undefined` where it is used; of ASN.1 only the signature's own remains,
 * which is ours.
 */
export const webauthnWithoutCertificates: Plugin = {
  name: 'webauthn-without-certificates',
  setup: (build) => {
    const nothing = { path: 'nothing', namespace: 'left-out' }
    build.onResolve({ filter: /^@peculiar\/|^asn1js$/ }, () => nothing)
    build.onResolve({ filter: /\/unwrapEC2Signature\.js$/ }, () => ({ path: OWN_UNWRAP }))
    build.onResolve({ filter: LEFT_OUT }, ({ importer }) =>
      importer.includes('/@simplewebauthn/server/') ? nothing : undefined,
    )
    // Of a namespace, not of the package: there `module` would be no name of CommonJS.
    build.onLoad({ filter: /./, namespace: 'left-out' }, () => ({
      contents: NOTHING,
    }))
  },
}
