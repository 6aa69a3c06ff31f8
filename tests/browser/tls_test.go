package browser

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// pin is the hash of the key of the mock's certificate, which its CA has signed.
func (m mock) pin(t *testing.T) string {
	resp, err := m.client(t).Get(m.overview())
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Len(t, resp.TLS.VerifiedChains, 1)
	key := sha256.Sum256(resp.TLS.PeerCertificates[0].RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(key[:])
}

func TestTLS_SignAndFollowInABrowserThatKnowsTheCertificate(t *testing.T) {
	application := startPage(t)
	m := startMock(t, "--tls", "--cors-origin", application)
	trusting, quit, err := launch(t.TempDir(), chromedp.Flag("ignore-certificate-errors-spki-list", m.pin(t)))
	require.NoError(t, err)
	t.Cleanup(quit)
	overview := openIn(t, trusting, m.overview())
	link := m.link(t, application+"/done")
	overview.shows(t, link.RequestID)
	tab := openIn(t, trusting, link.URL)
	require.Equal(t, "https:", evaluate[string](t, tab, "location.protocol"))

	tab.press(t, "button", "Sign")

	tab.arrive(t, application+"/done")
	require.Equal(t, "COMPLETED", m.state(t, link.RequestID))
	require.Equal(t, "completed", evaluate[string](t, tab, m.fetchVerification(link.RequestID)))
	overview.shows(t, "COMPLETED")

	stranger := startMock(t, "--tls")
	err = chromedp.Do(tab.ctx, chromedp.Navigate(stranger.overview()))
	require.ErrorContains(t, err, "ERR_CERT_AUTHORITY_INVALID", "only the one certificate is trusted")
}
