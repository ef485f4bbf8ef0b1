package carrierstest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ServeHTTP implements http.Handler.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if h := s.note(w, r); h != nil {
		h(w, r)
		return
	}
	if s.cfg.Validate != nil && len(body) > 0 {
		if err := s.cfg.Validate(r.URL.Path, body); err != nil {
			s.violation(err)
			reply(w, http.StatusBadRequest, object{})
			return
		}
	}
	s.mu.Lock()
	status, answer, err := s.serve(r, body)
	s.mu.Unlock()
	if err != nil {
		s.violation(fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, err))
	}
	reply(w, status, answer)
}

// note counts a request and says what answers it, nil for the service itself.
func (s *Service) note(w http.ResponseWriter, r *http.Request) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.Method+" "+r.URL.Path)
	for name := range s.header {
		w.Header().Set(name, s.header.Get(name))
	}
	return s.answer
}

func (s *Service) violation(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violations = append(s.violations, err)
}

type object = map[string]any

func reply(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the caller may have gone
}

// read reads a request's body strictly: it may have nothing that the contract does not
// name.
func read(r *http.Request, body []byte, into any) error {
	if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		return fmt.Errorf("the body's type is %q", kind)
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("there is more than one value")
	}
	return nil
}
