// Package differential holds what the client makes of the document, as generated
// code, against two judges that read the document themselves and share nothing
// with the generators: jsonschema/v6 and kin-openapi's own validator. They are
// compared on generated requests and answers of every operation. A disagreement
// that is not listed here with its reason fails. Package contract, whose judge is
// jsonschema too, has to find the very keywords that are broken.
package differential

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/tests/internal/spec"
)

var (
	inputs = flag.Int("inputs", 10_000, "generated requests, and as many answers, to compare")
	seed   = flag.Uint64("seed", 1, "what fixes the generated inputs")
)

// verdict is what all judges say of one input.
type verdict struct {
	op     *spec.Operation
	input  string // for a complaint
	value  any    // decoded; nil if it is not JSON at all
	strict bool   // it is one JSON value in UTF-8 without a repeated name
	broken []string
	// Who accepts it.
	client, schema, kin bool
	untypedNull         bool // null is where the schema names no type
	repeats             bool // uniqueItems is only kept by what a Go value does not hold
}

// judge asks all but the client. Which keywords are broken is only asked of what
// breaks one: package spec proves that it is none otherwise.
func (v *verdict) judge(s *spec.Schema, value any) {
	v.schema, v.kin, v.untypedNull = s.Conforms(value), s.ConformsToKin(value), s.HasUntypedNull(value)
	switch {
	case !v.schema:
		v.broken = s.Broken(value)
	case !v.client:
		held := s.Broken(s.Held(value))
		v.repeats = slices.ContainsFunc(held, func(rule string) bool { return strings.HasSuffix(rule, " uniqueItems") })
	}
}

// reasons for which a judge may differ from jsonschema. Nothing else may.
var reasons = []struct {
	who, why string
	when     func(v verdict) bool
}{
	{
		"kin-openapi", "its validator is of OpenAPI 3.0, which has no const and in which exclusive bounds are no numbers",
		func(v verdict) bool { return v.kin && only(v.broken, "const", "exclusiveMinimum", "exclusiveMaximum") },
	},
	{
		"kin-openapi", "it lets null pass where the type allows it, whatever enum and const say",
		func(v verdict) bool { return v.kin && only(v.broken, "const", "enum") },
	},
	{
		"kin-openapi", "it refuses null where a schema names no type",
		func(v verdict) bool { return !v.kin && v.untypedNull },
	},
	{
		"kin-openapi", "it judges numbers as float64: one beyond its range is none, and one between two is its neighbour",
		func(v verdict) bool { return hasNumber(v.value, beyondFloat) },
	},
	{
		"kin-openapi", "it takes the format int64, which says how a number is kept, for a limit",
		func(v verdict) bool { return !v.kin && hasNumber(v.value, beyondGo) },
	},
	{
		"the client", "items that differ in members that the document does not know, or in null for a missing one, are equal as Go values",
		func(v verdict) bool { return !v.client && v.repeats },
	},
	{
		"the client", "a number beyond int64 or float64 has no place in a Go value",
		func(v verdict) bool { return !v.client && hasNumber(v.value, beyondGo) },
	},
}

// disagreements returns why judges differ from jsonschema, as far as that is
// listed, and a complaint if one differs otherwise.
func (v verdict) disagreements() (why []string, complaint string) {
	differ := map[string]bool{
		"the client":              v.client != (v.strict && v.schema),
		"kin-openapi":             v.kin != v.schema,
		"each keyword for itself": v.schema != (len(v.broken) == 0),
	}
	for _, r := range reasons {
		if differ[r.who] && r.when(v) {
			why = append(why, r.who+": "+r.why)
			differ[r.who] = false
		}
	}
	for who, differs := range differ {
		if differs {
			complaint = fmt.Sprintf("%s: %s differs: accepted by the client: %t, by jsonschema: %t (breaks %q), by kin-openapi: %t, strict JSON: %t: %s",
				v.op.ID, who, v.client, v.schema, v.broken, v.kin, v.strict, v.input)
		}
	}
	return why, complaint
}

// tally counts what was compared, from many goroutines.
type tally struct {
	sync.Mutex
	valid, invalid, impossible int
	why                        map[string]int
}

// run compares n inputs of each kind that compare makes, on as many workers as
// there are processors, until one complains.
func run(t *testing.T, op *spec.Operation, n int, worker func(*rand.Rand, *tally) (func(i int) string, error)) *tally {
	const workers = 4
	sum := &tally{why: map[string]int{}}
	var wg sync.WaitGroup
	for w := range workers {
		compare, err := worker(rand.New(rand.NewPCG(*seed, uint64(w))), sum)
		require.NoError(t, err)
		wg.Go(func() {
			for i := w; i < n && !t.Failed(); i += workers {
				if complaint := compare(i); complaint != "" {
					t.Error(complaint)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%s: seed %d, %d valid, %d invalid, %d that no Go value can be", op.ID, *seed, sum.valid, sum.invalid, sum.impossible)
	for _, why := range slices.Sorted(keys(sum.why)) {
		t.Logf("%d times: %s", sum.why[why], why)
	}
	return sum
}

func (s *tally) count(v verdict) (complaint string) {
	listed, complaint := v.disagreements()
	s.Lock()
	defer s.Unlock()
	for _, why := range listed {
		s.why[why]++
	}
	if v.client {
		s.valid++
	} else {
		s.invalid++
	}
	return complaint
}

// A generator that makes only good, or only bad, inputs proves nothing.
func (s *tally) requireBoth(t *testing.T) {
	all := s.valid + s.invalid
	require.Greater(t, s.valid, all/50)
	require.Greater(t, s.invalid, all/50)
}

// shuffle is the same for all workers, so that each takes its share.
func shuffle(near []spec.Neighbour) {
	rand.New(rand.NewPCG(*seed, 0)).Shuffle(len(near), func(i, j int) { near[i], near[j] = near[j], near[i] })
}

func load(t testing.TB) *spec.Document {
	d, err := spec.Load("../../contract/openapi.gen.json")
	require.NoError(t, err)
	require.NotEmpty(t, d.Operations)
	return d
}

// newClient is a client whose network is m.
func newClient(m *memory) (*umbrella.Client, error) {
	return umbrella.New(umbrella.Sandbox, umbrella.WithToken("x.y.z"),
		umbrella.WithHTTPClient(&http.Client{Transport: m}), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1}))
}
