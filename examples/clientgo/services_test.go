package clientgo

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

var update = flag.Bool("update", false, "write docs/client-go.md anew")

// newest serves the endpoints of every version.
const newest = "19.4"

// sendsNothing are the methods that ask no GitLab for anything.
var sendsNothing = map[string]bool{"GenericPackages.FormatPackageURL": true}

// service is a service of the client, and what the fake makes of its methods.
type service struct {
	name            string
	served, missing []string
}

// TestServices keeps docs/client-go.md true: it calls each method of each service of client-go, with arguments that
// mean nothing, and sees whether the fake knows the endpoint that is called.
func TestServices(t *testing.T) {
	page, err := filepath.Abs("../../docs/client-go.md")
	require.NoError(t, err)
	was, err := os.ReadFile(page)
	require.NoError(t, err)
	head, _, marked := strings.Cut(string(was), servicesMarker)
	require.True(t, marked, "%s has no %s", page, servicesMarker)
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile(text, nil, 0o600)) // which some methods upload
	is := head + servicesMarker + "\n" + servicesTable(services(t))
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(is), 0o600))
		return
	}
	assert.Equal(t, is, string(was), "go test -run TestServices ./examples/clientgo -update")
}

const servicesMarker = "<!-- services -->"

// services are all of them, by name.
func services(t *testing.T) (all []service) {
	t.Helper()
	gl, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork(), fakegitlab.WithVersion(newest),
		fakegitlab.WithUnknownEndpoints(true), fakegitlab.WithScenario(fakegitlab.NewScenario().
			WithAccessToken("root", "root-token", func(t *fakegitlab.AccessToken) { t.Scopes = []string{"api"} })))
	require.NoError(t, err)
	t.Cleanup(gl.Close)
	c := reflect.ValueOf(client(t, gl, "root-token")).Elem()
	for i := range c.NumField() {
		field := c.Type().Field(i)
		if !strings.HasSuffix(field.Type.Name(), "ServiceInterface") {
			continue
		}
		s := service{name: field.Name}
		for m := range field.Type.NumMethod() {
			name := field.Type.Method(m).Name
			if sendsNothing[s.name+"."+name] {
				continue
			}
			if serves(t, gl, s.name+"."+name, c.Field(i).MethodByName(name)) {
				s.served = append(s.served, name)
			} else {
				s.missing = append(s.missing, name)
			}
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b service) int { return strings.Compare(a.name, b.name) })
	return all
}

// serves calls a method and looks at the requests that it led to. Some want options that are filled, others fail at
// what is in them.
func serves(t *testing.T, gl *fakegitlab.Fake, name string, method reflect.Value) bool {
	t.Helper()
	gl.Reset() // what other methods did to the token, say
	gl.ClearCalls()
	for levels := 1; levels <= deepest && len(gl.Calls("")) == 0; levels++ {
		try(method, levels)
	}
	calls := gl.Calls("")
	if !assert.NotEmpty(t, calls, "%s sends nothing", name) {
		return false
	}
	return !slices.ContainsFunc(calls, func(call fakegitlab.Call) bool {
		refused := call.Endpoint == fakegitlab.GraphQL && !bytes.Contains(call.ResponseBody, []byte(`"data"`))
		return call.Endpoint == "" || refused
	})
}

// deepest is how deep options are filled at most.
const deepest = 6

// try calls a method, which may panic at options that make no sense.
func try(method reflect.Value, levels int) {
	defer func() { _ = recover() }()
	var args []reflect.Value
	for i := range method.Type().NumIn() {
		if method.Type().IsVariadic() && i == method.Type().NumIn()-1 {
			break
		}
		args = append(args, filled(method.Type().In(i), levels))
	}
	method.Call(args)
}

// text is all text that methods are given.
const text = "x"

// filled is a value of a type that a method of the client takes. It goes no deeper than so many levels into structs and
// pointers.
func filled(of reflect.Type, levels int) reflect.Value {
	v := reflect.New(of).Elem()
	switch {
	case of == reflect.TypeFor[context.Context]():
		v.Set(reflect.ValueOf(context.Background()))
	case of == reflect.TypeFor[io.Reader]():
		v.Set(reflect.ValueOf(strings.NewReader("content")))
	case of == reflect.TypeFor[*bytes.Reader]():
		v.Set(reflect.ValueOf(bytes.NewReader([]byte("content"))))
	case of == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(0, 0)))
	case of.Kind() == reflect.Interface && of.NumMethod() == 0: // an id, or a path
		v.Set(reflect.ValueOf(1))
	case of == reflect.TypeFor[*gitlab.GraphQLUpload](): // its content is hidden; none is as good
	case of == reflect.TypeFor[json.RawMessage]():
		v.SetBytes([]byte("{}"))
	case of.Kind() == reflect.Map && levels > 0:
		v.Set(reflect.MakeMap(of))
		v.SetMapIndex(filled(of.Key(), levels-1), filled(of.Elem(), levels-1))
	case of.Kind() == reflect.Pointer && levels > 0:
		v.Set(reflect.New(of.Elem()))
		v.Elem().Set(filled(of.Elem(), levels-1))
	case of.Kind() == reflect.Struct:
		for i := range of.NumField() {
			if of.Field(i).IsExported() {
				v.Field(i).Set(filled(of.Field(i).Type, levels-1))
			}
		}
	case of.Kind() == reflect.Slice && levels > 0:
		v.Set(reflect.Append(v, filled(of.Elem(), levels-1)))
	case of.Kind() == reflect.String:
		v.SetString(text)
	case v.CanInt():
		v.SetInt(1)
	}
	return v
}

// servicesTable has a row for each service of which something is served, and a line of the others.
func servicesTable(all []service) string {
	var text strings.Builder
	var without []string
	served, methods := 0, 0
	for _, s := range all {
		served, methods = served+len(s.served), methods+len(s.served)+len(s.missing)
		if len(s.served) == 0 {
			without = append(without, fmt.Sprintf("%s (%d)", s.name, len(s.missing)))
		}
	}
	fmt.Fprintf(&text, "Of the %d methods of %d services %d are served, those of %d services.\n\n", methods, len(all),
		served, len(all)-len(without))
	text.WriteString("| service | served | of | not served |\n| --- | --- | --- | --- |\n")
	for _, s := range all {
		if len(s.served) > 0 {
			fmt.Fprintf(&text, "| %s | %d | %d | %s |\n", s.name, len(s.served), len(s.served)+len(s.missing),
				strings.Join(s.missing, ", "))
		}
	}
	fmt.Fprintf(&text, "\nOf these services, with the number of their methods, nothing is served: %s.\n",
		strings.Join(without, ", "))
	return text.String()
}
