package authprovider

import (
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

	maxExchanges  = 4 // for callers that wait
	repeatWithin  = 6 * time.Second
	repeatBackoff = 500 * time.Millisecond

	failureRest     = time.Second // callers get the failure again, without an exchange
	credentialsRest = 30 * time.Second
	maxRest         = 5 * time.Minute // whatever Retry-After says
	renewBackoff    = time.Second
	maxBackoff      = 30 * time.Second

	rejectionRest = time.Second // between two tokens dropped because the API refused them
)

// schedule returns after which parts of its lifetime a token is renewed and no longer served. The
// lead is up to a fifth shorter, once for each token, so that a fleet does not renew in step.
func schedule(lifetime time.Duration) (renew, end time.Duration) {
	lead := min(lifetime/leadPart, maxLead)
	return lifetime - lead + rand.N(lead/5), lifetime - min(lifetime/skewPart, maxSkew)
}

// repeat reports whether the n-th exchange, begun so long after the first, is followed by another,
// and after which pause. What counts is its begin, so that an exchange that hung until
// exchangeTimeout is followed by one more.
func (e *Error) repeat(n int, begun time.Duration) (pause time.Duration, again bool) {
	pause = e.RetryAfter
	if pause == 0 {
		pause = backoff(repeatBackoff, n)
	}
	passing := e.kind == ErrTransient || e.kind == ErrThrottled
	return pause, passing && n < maxExchanges && pause <= repeatWithin-begun
}

// rest is how long e itself forbids another exchange.
func (e *Error) rest() time.Duration {
	if e.kind == ErrCredentials {
		return max(credentialsRest, min(e.RetryAfter, maxRest))
	}
	return min(e.RetryAfter, maxRest)
}

// backoff is the pause after the n-th failure to renew c. It starts with an eighth of the time that
// there is for renewals: even a second of it sees several.
func (c *cached) backoff(n int) time.Duration {
	return backoff(min(c.end.Sub(c.renew)/8, renewBackoff), n)
}

// backoff is the pause after the n-th failure: exponential, jittered by half.
func backoff(first time.Duration, n int) time.Duration {
	step := min(first<<min(n-1, 10), maxBackoff)
	return step - rand.N(step/2)
}
