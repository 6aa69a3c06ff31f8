package authprovider

import (
	"cmp"
	"math/rand/v2"
	"time"
)

// The whole policy of an APIKeySource: its figures, and the rules made of them.
const (
	exchangeTimeout = 10 * time.Second // for one POST /auth
	maxBody         = 64 << 10         // bytes read of its answer, and kept of a 401

	documentedLifetime = time.Hour // openapi.yaml, securitySchemes: "Valid for 60 minutes"
	minLifetime        = time.Second
	maxLifetime        = 30 * 24 * time.Hour
	maxSkew, skewPart  = 30 * time.Second, 10 // not served so near its end, or in the last tenth
	maxLead, leadPart  = 5 * time.Minute, 5   // renewed so long before its end, or in the last fifth
	firstPause         = time.Second          // after a renewal that failed; it doubles
	maxPause           = 30 * time.Second

	maxExchanges  = 4 // for callers that wait
	repeatWithin  = 6 * time.Second
	repeatBackoff = 500 * time.Millisecond // doubles

	failureRest     = time.Second // callers get the failure again, without an exchange
	credentialsRest = 30 * time.Second
	maxRest         = 5 * time.Minute // whatever Retry-After says
	rejectionRest   = time.Second     // between two tokens dropped because the API refused them
)

// schedule returns token with its times. A renewal is up to a fifth of its lead later, once for
// each token, so that a fleet does not renew in step; even the shortest lead has room for several.
func schedule(token Token, sent time.Time, lifetime time.Duration) *cached {
	lead, skew := min(lifetime/leadPart, maxLead), min(lifetime/skewPart, maxSkew)
	lead -= rand.N(lead / 5)
	return &cached{token, sent.Add(lifetime - lead), sent.Add(lifetime - skew), min((lead-skew)/8, firstPause)}
}

// postponed returns c with its renewal put off after a failure that forbids another for rest.
func (c *cached) postponed(now time.Time, rest time.Duration) *cached {
	renew := now.Add(max(rest, jitter(c.pause)))
	if !before(renew, c.end) {
		renew = c.end
	}
	return &cached{c.token, renew, c.end, min(2*c.pause, maxPause)}
}

// repeat returns the pause after which the n-th exchange, begun so long after the first, is followed
// by another; 0 is never. What counts is its begin, so that one that hung is followed by one more.
func (e *Error) repeat(n int, begun time.Duration) time.Duration {
	passing := e.kind == ErrTransient || e.kind == ErrThrottled
	pause := cmp.Or(e.RetryAfter, jitter(repeatBackoff<<(n-1)))
	if !passing || n == maxExchanges || pause > repeatWithin-begun {
		return 0
	}
	return pause
}

// rest returns how long e itself forbids another exchange.
func (e *Error) rest() time.Duration {
	rest := min(e.RetryAfter, maxRest)
	if e.kind == ErrCredentials {
		rest = max(rest, credentialsRest)
	}
	return rest
}

// jitter shortens pause by up to a half.
func jitter(pause time.Duration) time.Duration { return pause - rand.N(pause/2) }
