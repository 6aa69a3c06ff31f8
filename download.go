package umbrella

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/bounded"
	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// ErrURLExpired: the URL of a document has expired (its urlValidBefore has passed, or
// it was answered with 403 or 410). GetVerification has a fresh one.
var ErrURLExpired = errors.New("umbrella: the URL of the document has expired")

// Document is what was downloaded.
type Document struct {
	Size   int64             // in bytes
	SHA256 [sha256.Size]byte // of its content; "%x" prints it
}

const (
	defaultMaxDocument = 64 << 20
	maxRedirects       = 3
)

// DownloadOption configures [Client.Download] and [Client.DownloadSigned].
type DownloadOption func(*downloading) error

// WithMaxDocumentBytes limits the size of a document. The default is 64 MiB. A longer
// one is [ErrResponseTooLarge].
func WithMaxDocumentBytes(n int64) DownloadOption {
	return func(d *downloading) error {
		if n < 1 {
			return errors.New("WithMaxDocumentBytes: the limit is below 1")
		}
		d.limit = n
		return nil
	}
}

// Download writes the document of resource, one of those that GetVerification
// returned, to w. Its resourceUrl must be https (plain http is fine for loopback hosts
// and with [WithInsecureHTTP]) and may redirect to such URLs three times. The request
// has no token; it goes through the transport of [WithHTTPClient], and [WithTimeout]
// limits the whole of it. A w that blocks for longer is left behind, and may be written
// to later.
//
// The document is whole, or there is an error: it has the sizeBytes of the resource,
// and an application/pdf begins with %PDF- and ends with %%EOF. On an error w may hold
// a part of the document; with [ErrURLExpired] it holds nothing. Every error is an
// *[Error] that shows nothing of the URL, nor of the document.
//
// That a document has a signature, and whose, is for a PDF library to check.
func (c *Client) Download(ctx context.Context, resource *api.Resource, w io.Writer, opts ...DownloadOption) (Document, error) {
	d := downloading{limit: defaultMaxDocument}
	d.endpoint = &endpoint{id: "download", method: http.MethodGet}
	target, err := d.prepare(ctx, c, resource, w, opts)
	if err != nil {
		return Document{}, err
	}
	if timeout := c.config.timeout; timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	req := (&http.Request{Method: http.MethodGet, URL: target, Header: http.Header{"User-Agent": {c.config.userAgent}}}).WithContext(ctx)
	d.attempts.Add(1)
	var document Document
	var panicked any
	if !bounded.Run(ctx, overdue, &panicked, func() { document, err = d.fetch(c.plain, req, w) }) {
		return Document{}, d.unanswered(&ownError{"the writer or the HTTP transport did not return", ctx.Err()})
	}
	if panicked != nil {
		panic(panicked) // of the caller's own code, who cannot recover from it in another goroutine
	}
	return document, err
}

// fetch makes the request and writes what it is answered.
func (d *downloading) fetch(client *http.Client, req *http.Request, w io.Writer) (Document, error) {
	resp, err := client.Do(req)
	var dns *net.DNSError
	if errors.As(err, &dns) {
		err = &ownError{"looking up the host of the URL failed", err} // the URL is a secret
	}
	if err != nil {
		return Document{}, d.unanswered(err)
	}
	defer func() { _ = resp.Body.Close() }()
	a := &answer{status: resp.StatusCode, header: resp.Header}
	if reason := d.faultOf(resp); reason != nil {
		return Document{}, d.refused(a, reason.kind, reason.text)
	}
	document, reason := d.copy(w, resp)
	if reason != nil {
		a.err = reason.cause
		return Document{}, d.refused(a, reason.kind, reason.text)
	}
	return document, nil
}

// downloading is one download.
type downloading struct {
	call
	limit int64
	size  int64 // what the resource says, -1 if nothing
	pdf   bool
}

// fault is why an answer is no document.
type fault struct {
	kind  error
	text  string
	cause error
}

// prepare checks what the caller gave and returns the URL to fetch.
func (d *downloading) prepare(ctx context.Context, c *Client, resource *api.Resource, w io.Writer, opts []DownloadOption) (*url.URL, error) {
	switch {
	case c == nil || c.plain == nil:
		return nil, d.newError("the client was not made with New", nil)
	case ctx == nil:
		return nil, d.newError("the context is nil", nil)
	case w == nil:
		return nil, d.newError("the writer is nil", nil)
	case resource == nil || resource.ResourceURL == nil:
		return nil, d.newError("the resource has no resourceUrl", nil)
	}
	for _, opt := range opts {
		if opt == nil {
			return nil, d.newError("a nil DownloadOption", nil)
		}
		if err := opt(d); err != nil {
			return nil, d.newError(err.Error(), nil)
		}
	}
	target, err := url.Parse(*resource.ResourceURL)
	if err != nil || target.Host == "" || !c.config.allows(target) {
		return nil, d.newError("the resourceUrl is no https URL", nil)
	}
	if before := resource.URLValidBefore; before != nil {
		if end, err := time.Parse(time.RFC3339, *before); err == nil && !time.Now().Before(end) {
			return nil, d.refused(&answer{}, ErrURLExpired, "the URL has expired: ask GetVerification for a fresh one")
		}
	}
	d.size = -1
	if resource.SizeBytes != nil {
		d.size = *resource.SizeBytes
	}
	d.pdf = resource.MimeType != nil && isPDF(*resource.MimeType)
	return target, nil
}

// allows reports whether a document may be fetched from u.
func (cfg *config) allows(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && (cfg.insecure || httpkit.IsLoopback(u))
}

// checkRedirect is that of the http.Client for downloads.
func (cfg *config) checkRedirect(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer") // the URL before is a secret
	switch {
	case len(via) > maxRedirects:
		return &ownError{reason: "the URL redirects more than 3 times"}
	case !cfg.allows(req.URL):
		return &ownError{reason: "the URL redirects to one that is not https"}
	}
	return nil
}

// faultOf says what is wrong with an answer, as far as its header tells.
func (d *downloading) faultOf(resp *http.Response) *fault {
	switch {
	case resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusGone:
		return &fault{kind: ErrURLExpired, text: "the URL has expired: ask GetVerification for a fresh one"}
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return &fault{}
	case resp.StatusCode != http.StatusOK:
		return &fault{kind: ErrInvalidResponse, text: "a document comes with 200"}
	case resp.ContentLength > d.limit || d.size > d.limit:
		return tooLarge
	case resp.ContentLength >= 0 && d.size >= 0 && resp.ContentLength != d.size:
		return wrongSize
	}
	return nil
}

var (
	tooLarge  = &fault{kind: ErrResponseTooLarge, text: "the document is over the limit of WithMaxDocumentBytes"}
	wrongSize = &fault{kind: ErrInvalidResponse, text: "the document is not as long as the sizeBytes of its resource"}
)

// copy writes the document to w, the first bytes only once they are those of a PDF if
// it is to be one.
func (d *downloading) copy(w io.Writer, resp *http.Response) (Document, *fault) {
	pdf := d.pdf || isPDF(resp.Header.Get("Content-Type"))
	head, err := readHead(resp.Body)
	if err != nil {
		return Document{}, cutShort(err)
	}
	if pdf && string(head) != pdfHead {
		return Document{}, &fault{kind: ErrInvalidResponse, text: "the document is no PDF: it does not begin with %PDF-"}
	}
	hash, out, end := sha256.New(), &output{w: w}, &tail{}
	all := io.LimitReader(io.MultiReader(bytes.NewReader(head), resp.Body), d.limit)
	size, err := io.Copy(io.MultiWriter(out, hash, end), all)
	if out.err != nil {
		return Document{}, &fault{text: "the document is not written", cause: &ownError{"the writer failed", out.err}}
	}
	if err == nil && size == d.limit { // is there more?
		var more int
		if more, err = io.ReadFull(resp.Body, make([]byte, 1)); more > 0 {
			return Document{}, tooLarge
		}
	}
	switch {
	case err != nil && err != io.EOF:
		return Document{}, cutShort(err)
	case d.size >= 0 && size != d.size:
		return Document{}, wrongSize
	case pdf && !bytes.Contains(end.last, []byte("%%EOF")):
		return Document{}, &fault{kind: ErrInvalidResponse, text: "the PDF is not whole: it does not end with %%EOF"}
	}
	return Document{Size: size, SHA256: [sha256.Size]byte(hash.Sum(nil))}, nil
}

const pdfHead = "%PDF-"

// readHead reads as much as a PDF begins with, or all if it is less. io.ReadFull would
// hide whether a short document is whole.
func readHead(r io.Reader) ([]byte, error) {
	head := make([]byte, len(pdfHead))
	for n := 0; n < len(head); {
		more, err := r.Read(head[n:])
		n += more
		if err == io.EOF {
			return head[:n], nil
		} else if err != nil {
			return nil, err
		}
	}
	return head, nil
}

func cutShort(err error) *fault {
	return &fault{kind: ErrInvalidResponse, text: "the document was cut short", cause: err}
}

func isPDF(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/pdf")
}

// output remembers that the writer failed, which io.Copy does not tell from a failure
// of the reader.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err == nil && n != len(p) {
		err = io.ErrShortWrite
	}
	o.err = err
	return n, err
}

// tail keeps the last 1 KiB that is written to it, within which a PDF has its end.
type tail struct{ last []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.last = append(t.last, p...)
	if over := len(t.last) - 1<<10; over > 0 {
		t.last = append(t.last[:0], t.last[over:]...)
	}
	return len(p), nil
}
