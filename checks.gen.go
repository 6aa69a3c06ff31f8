package umbrella

import (
	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/check"
)

func checkCreateSessionLink(*check.Violations, api.CreateSessionLinkRequest) {}
func readCreateSessionLink([]byte) (*api.SessionLink, error)                 { panic(0) }

var _ api.RequestEditorFn
