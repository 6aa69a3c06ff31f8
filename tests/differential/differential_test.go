// Package differential proves that umbrella.Validate, which is written by hand,
// and package contract, which reads the document, say the same of every request.
package differential

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/contract"
)

var inputs = flag.Int("inputs", 10_000, "generated requests to compare")

// byValidate and byContract list what is wrong with a body as "path rule".
func byValidate(err error) []string {
	var invalid *umbrella.ValidationError
	if err == nil {
		return nil
	}
	if !errors.As(err, &invalid) {
		return []string{"not a ValidationError: " + err.Error()}
	}
	var list []string
	for _, f := range invalid.Fields {
		list = append(list, f.Path+" "+f.Rule)
	}
	slices.Sort(list)
	return list
}

func byContract(v *contract.Validator, data []byte) []string {
	req, err := http.NewRequest(http.MethodPost, umbrella.Sandbox+"/onboarding/createSessionLink", bytes.NewReader(data))
	if err != nil {
		return []string{err.Error()}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer x.y.z")
	err = v.ValidateRequest(req)
	if err == nil {
		return nil
	}
	var broken *contract.Error
	if !errors.As(err, &broken) {
		return []string{"not a contract.Error: " + err.Error()}
	}
	var list []string
	for _, f := range broken.Violations {
		list = append(list, f.Path+" "+f.Rule)
	}
	slices.Sort(list)
	return list
}

// compare returns a complaint when the judges differ on data, in either form.
func compare(v *contract.Validator, data []byte) (verdict []string, complaint string) {
	verdict = byValidate(umbrella.ValidateJSON(data))
	if other := byContract(v, data); !slices.Equal(verdict, other) {
		return verdict, fmt.Sprintf("ValidateJSON says %q, contract says %q, of %s", verdict, other, data)
	}
	var req api.CreateSessionLinkRequest
	if json.Unmarshal(data, &req) != nil {
		return verdict, ""
	}
	wire, err := json.Marshal(req)
	if err != nil {
		return verdict, "a request that was read does not marshal: " + err.Error()
	}
	asStruct, asJSON := byValidate(umbrella.Validate(req)), byValidate(umbrella.ValidateJSON(wire))
	if !slices.Equal(asStruct, asJSON) {
		return verdict, fmt.Sprintf("Validate says %q, ValidateJSON says %q, of %s", asStruct, asJSON, wire)
	}
	return verdict, ""
}

func TestValidateAndContract_AgreeOnGeneratedRequests(t *testing.T) {
	schema, example := load(t)
	v, err := contract.New()
	require.NoError(t, err)

	const shards = 4
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		seen  = map[string]int{}
		valid int
	)
	for shard := range shards {
		wg.Go(func() {
			g := &generator{rng: rand.New(rand.NewPCG(1, uint64(shard))), schema: schema, example: example}
			for range *inputs / shards {
				verdict, complaint := compare(v, g.body())
				mu.Lock()
				if complaint != "" {
					t.Error(complaint)
				}
				if verdict == nil {
					valid++
				}
				for _, rule := range verdict {
					seen[rule]++
				}
				mu.Unlock()
				if t.Failed() {
					return
				}
			}
		})
	}
	wg.Wait()

	// A generator that makes only good, or only bad, requests proves nothing.
	require.Greater(t, valid, *inputs/20)
	for _, rule := range []string{
		"$ json", "$ type",
		"$.email required", "$.email type", "$.email format",
		"$.phoneNumber required", "$.phoneNumber type", "$.phoneNumber pattern",
		"$.redirectUrl required", "$.redirectUrl type", "$.redirectUrl format",
		"$.docUrl required", "$.docUrl type", "$.docUrl format", "$.docUrl pattern",
		"$.signForms type", "$.signForms[0] type", "$.signForms[1].fieldId required", "$.signForms[0].actorId type",
		"$.fillForm type", "$.fillForm[0] type", "$.fillForm[1].value required", "$.fillForm[0].fieldId type",
	} {
		require.Positive(t, seen[rule], "no generated request broke %s", rule)
	}
	t.Logf("%d requests compared, %d of them valid, %d different broken rules", *inputs, valid, len(seen))
}

func FuzzValidateAndContract(f *testing.F) {
	_, example := load(f)
	v, err := contract.New()
	require.NoError(f, err)
	f.Add(example)
	for _, s := range texts {
		quoted, err := json.Marshal(s)
		require.NoError(f, err)
		f.Add(fmt.Appendf(nil, `{"email":%s,"phoneNumber":%s,"redirectUrl":%s,"docUrl":%s}`, quoted, quoted, quoted, quoted))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, complaint := compare(v, data); complaint != "" {
			t.Error(complaint)
		}
	})
}
