package world

import (
	"maps"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// HandedIn are the variables that a pipeline or a schedule is given, as plain data.
type HandedIn struct {
	Values, Files map[string]string // by their keys; Files are those of the type file
	// Order are all keys in their order. nil is that of the alphabet, with files behind the others.
	Order []string
	// Raw are the keys of those in which references stay as they are.
	Raw []string
}

// HandedInOf are variables as plain data.
func HandedInOf(variables []ci.JobVariable) (h HandedIn) {
	var order []string
	for _, v := range variables {
		to := &h.Values
		if v.File {
			to = &h.Files
		}
		if *to == nil {
			*to = map[string]string{}
		}
		(*to)[v.Key] = v.Value
		if order = append(order, v.Key); v.Raw {
			h.Raw = append(h.Raw, v.Key)
		}
	}
	slices.Sort(h.Raw)
	if !slices.Equal(order, h.sorted()) {
		h.Order = order
	}
	return h
}

// sorted are all keys in the order that they have unless another one is said.
func (h HandedIn) sorted() []string {
	return slices.Concat(slices.Sorted(maps.Keys(h.Values)), slices.Sorted(maps.Keys(h.Files)))
}

// Variables are the variables in their order.
func (h HandedIn) Variables() (all []ci.JobVariable, ps Problems) {
	keys := h.sorted()
	known, raw, place := placesOf(keys), placesOf(h.Raw), placesOf(h.Order)
	for i, key := range h.Raw {
		if raw[key] < i {
			ps.Addf(datajson.Index("raw_variables", i), "the variable %q is named twice", key)
		} else if _, ok := known[key]; !ok {
			ps.Add(datajson.Index("raw_variables", i), Missing("variable", key, keys))
		}
	}
	for i, key := range keys {
		v := ci.JobVariable{Key: key, Value: h.Values[key], File: i >= len(h.Values)}
		if _, v.Raw = raw[key]; v.File {
			v.Value = h.Files[key]
		}
		all = append(all, v)
	}
	if h.Order == nil {
		return all, ps
	}
	for i, key := range h.Order {
		if place[key] < i {
			ps.Addf(datajson.Index("variable_order", i), "the variable %q is named twice", key)
		} else if _, ok := known[key]; !ok {
			ps.Add(datajson.Index("variable_order", i), Missing("variable", key, keys))
		}
	}
	for _, key := range keys {
		if _, ok := place[key]; !ok {
			ps.Addf("variable_order", "the variable %q has no place in it", key)
		}
	}
	slices.SortStableFunc(all, func(a, b ci.JobVariable) int { return place[a.Key] - place[b.Key] })
	return all, ps
}

// placesOf is where each key first stands in a list.
func placesOf(keys []string) map[string]int {
	places := make(map[string]int, len(keys))
	for i, key := range slices.Backward(keys) {
		places[key] = i
	}
	return places
}
