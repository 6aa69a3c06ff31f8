package contract_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

func TestValidator_ServesManyGoroutines(t *testing.T) {
	v := newValidator(t, contract.Sealed())
	bad := newRequest(t, with(`"email":"support@idcanopy.com"`, `"email":"x","extra":1`))
	expected := v.ValidateRequest(bad)
	require.Len(t, breaches(t, expected), 2)

	var wg sync.WaitGroup
	errs := make(chan error, 3000)
	for range 50 {
		wg.Go(func() {
			for range 4 {
				errs <- v.ValidateRequest(newRequest(t, goodRequest))
				errs <- v.ValidateResponse(newRequest(t, ""), newResponse(200, "application/json", goodResponse))
				body := with(`"email":"support@idcanopy.com"`, `"email":"x","extra":1`)
				if err := v.ValidateRequest(newRequest(t, body)); err == nil || err.Error() != expected.Error() {
					t.Errorf("got %v", err)
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
}
