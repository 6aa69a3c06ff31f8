// Package endpoint makes handlers of the mock's own endpoints, for programs and for the
// forms of the overview.
package endpoint

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/fault"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/reply"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/session"
)

// Path is what the paths of the endpoints begin with, and that of the overview.
const Path = "/__mock/"

// Show answers with a value, as JSON.
func Show[T any](value func() T) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { reply.JSON(w, http.StatusOK, value()) }
}

// After answers 204, after it has done what it is for.
func After(do func()) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		do()
		back(w, r, nil)
	}
}

// Move ends the session that the path names.
func Move(end func(requestID string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { back(w, r, end(r.PathValue("requestId"))) }
}

// Inject injects the fault of a body: JSON, or the form of the overview.
func Inject[F any](into func(F) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var f F
		var err error
		if fromPage(r) {
			if err = r.ParseForm(); err == nil {
				err = fault.FromForm(r.PostForm, &f)
			}
		} else {
			data, _ := io.ReadAll(r.Body) // from memory
			err = json.Unmarshal(data, &f)
		}
		if err == nil {
			err = into(f)
		}
		back(w, r, err)
	}
}

// fromPage reports whether a browser sent r, with a form of the overview: all else that
// asks for HTML, as Java does by default, has no Origin.
func fromPage(r *http.Request) bool {
	return r.Header.Get("Origin") != "" && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// back answers what was done, a browser with the overview.
func back(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, session.ErrUnknown):
		reply.Message(w, http.StatusNotFound, err.Error())
	case errors.Is(err, session.ErrEnded), errors.Is(err, session.ErrUnfit):
		reply.Message(w, http.StatusConflict, err.Error())
	case err != nil:
		reply.Message(w, http.StatusBadRequest, err.Error())
	case fromPage(r):
		http.Redirect(w, r, Path, http.StatusSeeOther)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}
