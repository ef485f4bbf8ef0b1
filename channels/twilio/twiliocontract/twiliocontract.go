// Package twiliocontract knows where Twilio's published contract is kept and
// judges requests by it. It is for tests only.
package twiliocontract

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"wismo/core/contract"
)

// messages is the vendor's OpenAPI file for messages, media, numbers and
// accounts, below the folder of Dir.
const messages = "twilio_api_v2010.messages.openapi.json"

// Validator returns a function that judges requests to the REST API by the
// vendor's OpenAPI: path, query, form and their types. It fits
// sandbox.Config.Validate. The test is skipped if the contract is not there.
func Validator(t testing.TB) func(*http.Request, url.Values) error {
	t.Helper()
	Dir(t)
	paths, err := load()
	if err != nil {
		t.Fatalf("the contract cannot be used: %v", err)
	}
	return func(r *http.Request, _ url.Values) error {
		route, params, err := find(paths, r)
		if err != nil {
			return err
		}
		return openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
			Request: r, PathParams: params, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: basicAuth},
		})
	}
}

// path is one path of the contract.
type path struct {
	template string
	pattern  *regexp.Regexp
	doc      *openapi3.T
	item     *openapi3.PathItem
}

// variable is a parameter in a path's template.
var variable = regexp.MustCompile(`\\\{(\w+)\\\}`)

// mediaContent is where a file's content is: at its resource's path without
// ".json" (twilio.com/docs/messaging/api/media-resource), which the OpenAPI file
// does not list apart.
var mediaContent = regexp.MustCompile(`/Media/ME[0-9a-fA-F]{32}$`)

// load reads the contract's paths, once. They are matched here and not by
// kin-openapi's routers, which do not find "/Accounts/{Sid}.json" beside
// "/Accounts/{AccountSid}/Messages.json".
var load = sync.OnceValues(func() ([]path, error) {
	dir, err := contract.Folder("twilio")
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(dir, messages))
	if err != nil {
		return nil, err
	}
	var paths []path
	for template, item := range doc.Paths.Map() {
		expression := variable.ReplaceAllString(regexp.QuoteMeta(template), `(?P<$1>[^/.]+)`)
		paths = append(paths, path{template, regexp.MustCompile("^" + expression + "$"), doc, item})
	}
	return paths, nil
})

// find returns the contract's operation for a request, with the parameters in
// its path.
func find(paths []path, r *http.Request) (*routers.Route, map[string]string, error) {
	asked := r.URL.Path
	if mediaContent.MatchString(asked) {
		asked += ".json"
	}
	for _, p := range paths {
		found := p.pattern.FindStringSubmatch(asked)
		op := p.item.GetOperation(r.Method)
		if found == nil || op == nil {
			continue
		}
		params := make(map[string]string)
		for i, name := range p.pattern.SubexpNames() {
			if name != "" {
				params[name] = found[i]
			}
		}
		return &routers.Route{Spec: p.doc, Path: p.template, PathItem: p.item, Method: r.Method, Operation: op}, params, nil
	}
	return nil, nil, fmt.Errorf("the contract has no %s %s", r.Method, r.URL.Path)
}

// basicAuth demands what the contract's security scheme does.
func basicAuth(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	if _, _, ok := in.RequestValidationInput.Request.BasicAuth(); !ok {
		return in.NewError(nil)
	}
	return nil
}

// Dir returns the folder of Twilio's contract files. The test is skipped if it
// is not there.
func Dir(t testing.TB) string {
	t.Helper()
	return contract.Dir(t, "twilio")
}
