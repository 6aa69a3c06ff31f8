package authprovider

import (
	"math/rand/v2"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/renewal"
)

// The whole policy of an APIKeySource: its figures, and the rules made of them.
const (
	exchangeTimeout = 10 * time.Second // for one POST /auth

	maxSkew, skewPart = 30 * time.Second, 10 // not served so near its end, or in the last tenth
	maxLead, leadPart = 5 * time.Minute, 5   // renewed so long before its end, or in the last fifth
	firstPause        = time.Second          // after a renewal that failed; it doubles

	credentialsRest = 30 * time.Second // without an exchange, after refused credentials
	maxRest         = 5 * time.Minute  // whatever Retry-After says
)

var policy = renewal.Policy{
	Fetches:  4,
	Within:   6 * time.Second,
	Backoff:  500 * time.Millisecond,
	MaxPause: 30 * time.Second,
	Rest:     time.Second,
}

// schedule sets the times of a token. A renewal is up to a fifth of its lead later, once for each
// token, so that a fleet does not renew in step; even the shortest lead has room for several.
func schedule(token *renewal.Lease, sent time.Time, lifetime time.Duration) {
	lead, skew := min(lifetime/leadPart, maxLead), min(lifetime/skewPart, maxSkew)
	lead -= rand.N(lead / 5)
	token.Renew = sent.Add(lifetime - lead)
	token.End = sent.Add(lifetime - skew)
	token.Pause = min((lead-skew)/8, firstPause)
}

// judge says whether an exchange after one that failed with err may succeed, and how long err itself
// forbids it.
func judge(err error) (passing bool, rest time.Duration) {
	e := err.(*Error) // as an exchange promises
	rest = min(e.RetryAfter, maxRest)
	if e.kind == ErrCredentials {
		rest = max(rest, credentialsRest)
	}
	return e.kind == ErrTransient || e.kind == ErrThrottled, rest
}
