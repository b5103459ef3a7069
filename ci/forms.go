package ci

import (
	"encoding/json"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// UnmarshalJSON reads a name or a map.
func (i *Image) UnmarshalJSON(data []byte) error {
	return nameOrKeywords(data, &i.Name, i, executorKeywords(&i.ExecutorOpts))
}

// UnmarshalJSON reads a name or a map.
func (s *Service) UnmarshalJSON(data []byte) error {
	return nameOrKeywords(data, &s.Name, s, executorKeywords(&s.ExecutorOpts))
}

// executorKeywords are the names under which .gitlab-ci.yml gives what GitLab keeps as executor_opts.
func executorKeywords(opts *ExecutorOpts) map[string]any {
	return map[string]any{"docker": &opts.Docker, "kubernetes": &opts.Kubernetes}
}

// UnmarshalJSON reads a map of docker and kubernetes.
func (o *ExecutorOpts) UnmarshalJSON(data []byte) error { return unmarshalKeywords(data, o, nil) }

// UnmarshalJSON reads a map of platform and user.
func (o *DockerOptions) UnmarshalJSON(data []byte) error { return unmarshalKeywords(data, o, nil) }

// UnmarshalJSON reads a map of user, which may be a number.
func (o *KubernetesOptions) UnmarshalJSON(data []byte) error {
	return unmarshalKeywords(data, o, map[string]any{"user": (*jsonScalar)(&o.User)})
}

// UnmarshalJSON reads a number or a map.
func (p *Port) UnmarshalJSON(data []byte) error {
	if begins(data, '{') {
		return unmarshalKeywords(data, p, nil)
	}
	return json.Unmarshal(data, &p.Number)
}

// UnmarshalJSON reads the map.
func (a *JobArtifacts) UnmarshalJSON(data []byte) error { return unmarshalKeywords(data, a, nil) }

// MarshalJSON writes a list of paths or, for a coverage_report, a map.
func (r Report) MarshalJSON() ([]byte, error) {
	if r.CoverageFormat == "" {
		return datajson.MarshalPlain(r.Paths)
	}
	return datajson.MarshalPlain(struct {
		CoverageFormat string `json:"coverage_format"`
		Path           string `json:"path"`
	}{r.CoverageFormat, strings.Join(r.Paths, ",")})
}

// UnmarshalJSON reads a path, a list of paths or the map of a coverage_report.
func (r *Report) UnmarshalJSON(data []byte) error {
	if !begins(data, '{') {
		return json.Unmarshal(data, (*jsonLines)(&r.Paths))
	}
	return unmarshalKeywords(data, r, map[string]any{"path": (*jsonLines)(&r.Paths)})
}

// UnmarshalJSON reads the map.
func (c *Cache) UnmarshalJSON(data []byte) error { return unmarshalKeywords(data, c, nil) }

// MarshalJSON writes a string or, for a key made of files, a map.
func (k CacheKey) MarshalJSON() ([]byte, error) {
	type plain CacheKey
	if !k.OfFiles() {
		return datajson.MarshalPlain(k.Key)
	}
	return datajson.MarshalPlain(plain(k))
}

// OfFiles says whether the key is made of files.
func (k CacheKey) OfFiles() bool { return k.Files != nil || k.FilesCommits != nil || k.Prefix != "" }

// UnmarshalJSON reads a string or a map.
func (k *CacheKey) UnmarshalJSON(data []byte) error { return nameOrKeywords(data, &k.Key, k, nil) }

// UnmarshalJSON reads a name or a map.
func (n *Need) UnmarshalJSON(data []byte) error { return nameOrKeywords(data, &n.Job, n, nil) }

// UnmarshalJSON reads the map.
func (h *Hooks) UnmarshalJSON(data []byte) error { return unmarshalKeywords(data, h, nil) }

// UnmarshalJSON reads the map.
func (r *Release) UnmarshalJSON(data []byte) error { return unmarshalKeywords(data, r, nil) }

// UnmarshalJSON reads the map.
func (a *ReleaseAssets) UnmarshalJSON(data []byte) error { return unmarshalKeywords(data, a, nil) }

// UnmarshalJSON reads the map.
func (l *ReleaseLink) UnmarshalJSON(data []byte) error { return unmarshalKeywords(data, l, nil) }

// MarshalJSON writes a boolean or a map of exit_codes.
func (a AllowFailure) MarshalJSON() ([]byte, error) {
	type plain AllowFailure
	if a.ExitCodes == nil {
		return json.Marshal(a.Always)
	}
	return json.Marshal(plain(a))
}

// UnmarshalJSON reads a boolean or a map of exit_codes.
func (a *AllowFailure) UnmarshalJSON(data []byte) error {
	if begins(data, '{') {
		return unmarshalKeywords(data, a, nil)
	}
	return json.Unmarshal(data, &a.Always)
}

// UnmarshalJSON reads a number or a map.
func (r *Retry) UnmarshalJSON(data []byte) error {
	if begins(data, '{') {
		return unmarshalKeywords(data, r, nil)
	}
	return json.Unmarshal(data, &r.Max)
}

// UnmarshalJSON reads a name or a map.
func (e *Environment) UnmarshalJSON(data []byte) error {
	return nameOrKeywords(data, &e.Name, e, nil)
}

// MarshalJSON writes a map of names in the variables' order.
func (v JobVariables) MarshalJSON() ([]byte, error) {
	return datajson.MarshalObject(v, func(each JobVariable) (string, any) {
		type plain JobVariable
		if each == (JobVariable{Key: each.Key, Value: each.Value}) {
			return each.Key, each.Value
		}
		return each.Key, plain(each)
	})
}

// UnmarshalJSON reads a map of names and keeps its order.
func (v *JobVariables) UnmarshalJSON(data []byte) error {
	list, err := unmarshalOrdered(data, func(key string, raw json.RawMessage) (JobVariable, error) {
		variable := JobVariable{Key: key}
		return variable, variable.read(raw)
	})
	*v = list
	return err
}

func (v *JobVariable) read(raw json.RawMessage) error {
	if string(raw) == "null" { // YAML's reading of a name with nothing behind it
		return nil
	}
	if raw[0] != '{' {
		return json.Unmarshal(raw, (*jsonScalar)(&v.Value))
	}
	expand := !v.Raw
	err := unmarshalKeywords(raw, v, map[string]any{"expand": &expand})
	v.Raw = v.Raw || !expand
	return err
}

// MarshalJSON writes a map of names in the inputs' order.
func (in JobInputs) MarshalJSON() ([]byte, error) {
	return datajson.MarshalObject(in, func(each JobInput) (string, any) { return each.Name, each })
}

// UnmarshalJSON reads a map of names and keeps its order.
func (in *JobInputs) UnmarshalJSON(data []byte) error {
	list, err := unmarshalOrdered(data, func(key string, raw json.RawMessage) (JobInput, error) {
		input := JobInput{Name: key}
		return input, unmarshalKeywords(raw, &input, nil)
	})
	*in = list
	return err
}
