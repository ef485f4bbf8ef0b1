package sandbox

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// maxRequest bounds a request's body in bytes.
const maxRequest = 256 << 10

// answer is what an operation of the REST API comes to.
type answer struct {
	status int
	body   any // encoded as JSON; nil for none
	header http.Header
}

func (a answer) write(w http.ResponseWriter) {
	for key, values := range a.header {
		w.Header()[key] = values
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	raw, err := json.Marshal(a.body)
	if err != nil {
		http.Error(w, "the sandbox cannot encode its answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(a.status)
	_, _ = w.Write(raw)
}

// restError is Twilio's error body.
type restError struct {
	Code     int    `json:"code"`
	Message  string `json:"message"`
	MoreInfo string `json:"more_info"`
	Status   int    `json:"status"`
}

func refuse(status, code int, text string) answer {
	return answer{status: status, body: restError{code, text, "https://www.twilio.com/docs/errors/" + strconv.Itoa(code), status}}
}

// api wraps an operation of the REST API: latency, mischief, the contract, the
// credentials, the account.
func (t *Twilio) api(op Operation, do func(r *http.Request, form url.Values) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			return
		}
		t.pause(r.Context(), t.cfg.Latency)
		m := t.nextMischief(op)
		if m != nil && !m.After && t.play(m, w, r) {
			return
		}
		result := t.perform(r, body, do)
		if m != nil && m.After && t.play(m, w, r) {
			return
		}
		result.write(w)
	}
}

func (t *Twilio) perform(r *http.Request, body []byte, do func(r *http.Request, form url.Values) answer) answer {
	form, err := parseForm(r, body)
	if err != nil {
		return refuse(http.StatusBadRequest, 20001, "the form cannot be read")
	}
	if err := t.validate(r, body, form); err != nil {
		return refuse(http.StatusBadRequest, 20001, "the request breaks the contract: "+err.Error())
	}
	if !t.authorized(r) {
		return refuse(http.StatusUnauthorized, 20003, "Authenticate")
	}
	if sid := r.PathValue("account"); sid != "" && sid != t.cfg.AccountSID {
		return refuse(http.StatusNotFound, 20404, "The requested resource was not found")
	}
	return do(r, form)
}

func parseForm(r *http.Request, body []byte) (url.Values, error) {
	if r.Method == http.MethodGet {
		return nil, nil //nolint:nilnil // a read has no form
	}
	return url.ParseQuery(string(body))
}

func (t *Twilio) validate(r *http.Request, body []byte, form url.Values) error {
	if t.cfg.Validate == nil {
		return nil
	}
	copied := r.Clone(r.Context())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	err := t.cfg.Validate(copied, form)
	if err != nil {
		t.mu.Lock()
		t.violations = append(t.violations, fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, err))
		t.mu.Unlock()
	}
	return err
}

func (t *Twilio) authorized(r *http.Request) bool {
	user, password, _ := r.BasicAuth()
	pairs := [][2]string{{t.cfg.AccountSID, t.cfg.AuthToken}}
	if t.cfg.APIKeySID != "" {
		pairs = append(pairs, [2]string{t.cfg.APIKeySID, t.cfg.APIKeySecret})
	}
	for _, p := range pairs {
		if subtle.ConstantTimeCompare([]byte(user+":"+password), []byte(p[0]+":"+p[1])) == 1 {
			return true
		}
	}
	return false
}
