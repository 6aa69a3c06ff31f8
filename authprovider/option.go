package authprovider

import (
	"cmp"
	"net/http"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// Option changes a default of NewAPIKeySource, NewTransport or Intercept; each option says which of
// them it is for, and the others ignore it.
type Option func(*options)

type options struct {
	client             *http.Client
	userAgent          string
	insecure, noReplay bool
}

func newOptions(opts []Option) options {
	o := options{client: http.DefaultClient, userAgent: httpkit.UserAgent}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return o
}

// WithHTTPClient makes an APIKeySource send POST /auth through a copy of client, with redirects
// off; nil is http.DefaultClient. For NewAPIKeySource.
func WithHTTPClient(client *http.Client) Option {
	return func(o *options) { o.client = cmp.Or(client, o.client) }
}

// WithUserAgent sets the User-Agent header of POST /auth. The default is "umbrella-go/" and the
// version. For NewAPIKeySource.
func WithUserAgent(userAgent string) Option { return func(o *options) { o.userAgent = userAgent } }

// WithInsecureHTTP lets secrets travel over plain http to hosts other than loopback: for test
// networks only. For NewAPIKeySource, NewTransport, Intercept.
func WithInsecureHTTP() Option { return func(o *options) { o.insecure = true } }

// WithoutReplay makes a Transport return every 401 as it came. The refused token is still
// invalidated. For NewTransport.
func WithoutReplay() Option { return func(o *options) { o.noReplay = true } }
