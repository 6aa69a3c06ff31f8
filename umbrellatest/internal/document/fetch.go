package document

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/url"
	"time"
)

// fetcher takes any certificate: those of loopback hosts are of their own making, and
// all that is asked is whether a PDF is there. It follows no redirect.
var fetcher = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	Timeout:       10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Fetch gets a document as the service would and says why it cannot be signed, "" if
// it can. docUrl is https, as the contract has it. Fetch asks no other hosts than known
// ones: the mock is no way into a network.
func Fetch(ctx context.Context, docURL string, known func(*url.URL) bool) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, docURL, nil)
	if err != nil || !known(req.URL) {
		return "the host in docUrl is neither a loopback host nor one that the mock was told to allow"
	}
	resp, err := fetcher.Do(req)
	if err != nil {
		return "docUrl does not answer"
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
