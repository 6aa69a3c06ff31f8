package strictjson

// phrase is a constant error: nothing to allocate, nothing to initialise.
type phrase string

func (p phrase) Error() string { return string(p) }

const (
	errMissing    = phrase("missing")
	errNotArray   = phrase("not an array")
	errNotString  = phrase("not a string")
	errNotBool    = phrase("not a boolean")
	errNotInteger = phrase("not an integer")
	errNotNumber  = phrase("not a number")
	errNotTime    = phrase("not a date-time (RFC 3339)")
	errTwice      = phrase("an array with an item twice")
	errTooLarge   = phrase("beyond what Go can hold")
)

// maxPath bounds paths: what lies deeper is left out.
const maxPath = 200

// placed is an error with the place that it is about.
type placed struct {
	path string // data.links[2].url, "" at the root
	err  error
}

func (e *placed) Error() string {
	if e.path == "" {
		return e.err.Error()
	}
	return e.path + " is " + e.err.Error()
}

func (e *placed) Unwrap() error { return e.err }

// fail keeps the first error.
func (r *Reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// within puts a member name or [index] in front of the path of the error. It runs
// while the reader returns from where it failed, so that a good answer costs no paths.
func (r *Reader) within(step string) {
	if len(r.path) > maxPath {
		r.path = "…"
	}
	if r.hidden {
		step, r.hidden = "*", false
	}
	if r.path != "" && r.path[0] != '[' {
		step += "."
	}
	r.path = step + r.path
}
