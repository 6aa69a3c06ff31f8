package umbrellatest

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
)

// fetcher takes any certificate: those of loopback hosts are of their own making, and
// all that is asked is whether a PDF is there.
var fetcher = newClient(&http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}})

// fetch gets the document as the service would and says why it cannot be signed, ""
// if it can. It asks no other hosts than allowed ones: the mock is no way into a network.
func (m *Mock) fetch(ctx context.Context, docURL string) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, docURL, nil)
	if err != nil || !isWeb(docURL) {
		return "docUrl is not an http or https URL"
	}
	if !m.allowedHost(req.URL.Hostname()) {
		return "the host in docUrl is neither a loopback host nor one that the mock was told to allow"
	}
	resp, err := fetcher.Do(req)
	if err != nil {
		return "docUrl does not answer within 10 s"
	}
	defer func() { _ = resp.Body.Close() }()
	start := make([]byte, len("%PDF-"))
	_, _ = io.ReadFull(resp.Body, start) // what is shorter is no PDF either
	switch {
	case resp.StatusCode != http.StatusOK:
		return "docUrl does not answer 200 but " + resp.Status
	case string(start) != "%PDF-":
		return "docUrl leads to something that is no PDF"
	}
	return ""
}
