package graphqlruby

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// run is one operation while it is executed (lib/graphql/execution/interpreter/runtime.rb). A field is resolved with
// all that is below it before the next one is, in queries as in mutations: so does the gem without a dataloader.
type run struct {
	*prepared
	schema  *Schema
	context any
	limits  Limits
}

// place is an object or a list of the answer while it grows.
type place struct {
	parent  *place // nil for the root
	key     any    // in the parent
	nonNull bool   // in the parent
	dead    bool   // it was taken out of the answer, and takes nothing more
	typ     *typeDef
	value   any // the object that the fields are read from
	object  *Object
	list    []any
}

// target is where one value of the answer goes, and which field it is of.
type target struct {
	in   *place
	key  any
	def  *fieldDef
	node *field   // the first of the key
	all  []*field // all of the key
}

func (p *prepared) execute(s *Schema, context any, l Limits) {
	r := &run{prepared: p, schema: s, context: context, limits: l}
	root := p.view.root(p.operation.kind)
	top := &place{typ: root, object: &Object{}}
	p.result.Executed = true
	p.result.Data = top.object
	r.selections(top, p.operation.selections)
}

// collected are the fields of a selection by their keys, in order.
type collected struct {
	keys   []string
	fields map[string][]*field
}

// collect gathers what is asked of an object of a type (Runtime#gather_selections).
func (r *run) collect(into *collected, t *typeDef, all []selection) {
	for _, s := range all {
		switch s := s.(type) {
		case *field:
			if !r.view.skips(s.directives, r.values) {
				into.add(s)
			}
		case *inline:
			if !r.view.skips(s.directives, r.values) && (s.on == "" || slices.Contains(r.view.types[s.on].possible, t)) {
				r.collect(into, t, s.selections)
			}
		case *spread:
			f := r.fragments[s.name]
			if !r.view.skips(s.directives, r.values) && slices.Contains(r.view.types[f.on].possible, t) {
				r.collect(into, t, f.selections)
			}
		}
	}
}

func (c *collected) add(f *field) {
	if c.fields == nil {
		c.fields = map[string][]*field{}
	}
	if c.fields[f.key()] == nil {
		c.keys = append(c.keys, f.key())
	}
	c.fields[f.key()] = append(c.fields[f.key()], f)
}

func (r *run) selections(in *place, all []selection) {
	var c collected
	r.collect(&c, in.typ, all)
	in.object.keys, in.object.values = c.keys, make(map[string]any, len(c.keys))
	for _, key := range c.keys {
		fields := c.fields[key]
		r.field(&target{in: in, key: key, node: fields[0], all: fields, def: r.view.field(in.typ, fields[0].name)})
	}
}

func (r *run) field(at *target) {
	if at.in.dead || r.result.Bug != nil {
		return
	}
	args, refused := r.view.coerce(at.def.args, r.values.plainArguments(at.node.arguments))
	if refused != nil {
		r.fail(at, refused, at.def.typ.NonNull)
		return
	}
	value, err := r.resolve(at, args)
	var shown *Error
	switch {
	case errors.As(err, &shown):
		r.fail(at, shown, at.def.typ.NonNull)
	case err != nil:
		r.bug(fmt.Errorf("%s.%s: %w", at.in.typ.name, at.node.name, err))
	default:
		r.complete(at, at.def.typ, value)
	}
}

func (r *run) resolve(at *target, args Args) (any, error) {
	if at.def.bound.Resolve != nil {
		return at.def.bound.Resolve(r.exec(at), at.in.value, args)
	}
	if fields, ok := at.in.value.(map[string]any); ok {
		return fields[at.def.name], nil
	}
	if reader, ok := at.in.value.(FieldValuer); ok {
		if value, ok := reader.FieldValue(at.def.name); ok {
			return value, nil
		}
	}
	return nil, fmt.Errorf("no way to read the field from a %T", at.in.value)
}

func (r *run) exec(at *target) *Exec {
	return &Exec{
		Context: r.context, Type: at.in.typ.name, Field: at.node.name, Key: at.node.key(),
		Limits: r.limits, Complexity: r.result.Complexity, Depth: r.result.Depth, run: r, at: at,
	}
}

func (r *run) bug(err error) {
	if r.result.Bug == nil {
		r.result.Bug = err
	}
}

// fail shows an error where a value should have been, which is null.
func (r *run) fail(at *target, e *Error, nonNull bool) {
	r.show(at, e)
	r.set(at.in, at.key, nil, nonNull)
}

func (r *run) show(at *target, e *Error) {
	r.result.Errors = append(r.result.Errors, ResultError{
		Message: e.Message, Extensions: e.Extensions,
		Locations: []Location{r.doc.location(at.node.at)}, Path: at.in.path(at.key),
	})
}

func (p *place) path(key any) []any {
	var steps []any
	for ; p != nil; p = p.parent {
		steps = append(steps, key)
		key = p.key
	}
	slices.Reverse(steps)
	return steps
}

// set writes a value. A null where none may be takes out what it is in, up to where one may be (Runtime#set_result).
func (r *run) set(in *place, key, value any, nonNull bool) {
	if in.dead {
		return
	}
	if value == nil && nonNull {
		if in.parent == nil {
			// What else was asked of the root is resolved all the same, and its errors are shown.
			r.result.Data = nil
			return
		}
		r.set(in.parent, in.key, nil, in.nonNull)
		in.die()
		return
	}
	if in.object != nil {
		in.object.values[key.(string)] = value
	} else {
		in.list[key.(int)] = value
	}
}

// die keeps this and everything in it from being worked on.
func (p *place) die() {
	p.dead = true
	if p.object != nil {
		for _, v := range p.object.values {
			dieIn(v)
		}
	}
	for _, v := range p.list {
		dieIn(v)
	}
}

func dieIn(value any) {
	switch v := value.(type) {
	case *Object:
		v.place.die()
	case *list:
		v.place.die()
	}
}

// complete makes of a resolved value what is shown (Runtime#continue_value, continue_field).
func (r *run) complete(at *target, t *typeRef, value any) {
	if at.in.dead {
		return
	}
	if isNil(value) {
		r.null(at, t)
		return
	}
	if t.Elem != nil {
		r.list(at, t, value)
		return
	}
	d := r.view.named(t)
	if d.abstract() {
		name := r.schema.bound.TypeOf(value)
		i := slices.IndexFunc(d.possible, func(p *typeDef) bool { return p.name == name })
		if i < 0 {
			r.bug(fmt.Errorf("%s.%s: TypeOf says %q, which is no %s", at.def.owner.name, at.def.name, name, d.name))
			return
		}
		d = d.possible[i]
	}
	if d.composite() {
		if why := r.denied(d, value); why != "" {
			r.result.Notes = append(r.result.Notes, Note{Path: at.in.path(at.key), Text: why})
			r.null(at, t)
			return
		}
		r.object(at, t, d, value)
		return
	}
	shown, err := d.output(value)
	if err != nil {
		r.bug(fmt.Errorf("%s.%s: %w", at.in.typ.name, at.node.name, err))
		return
	}
	r.set(at.in, at.key, shown, t.NonNull)
}

// null is where nothing is shown, and an error if something must be.
func (r *run) null(at *target, t *typeRef) {
	if t.NonNull {
		r.show(at, r.nullError(at))
	}
	r.set(at.in, at.key, nil, t.NonNull)
}

// denied says why an object is not shown (Schema::Object.authorized?); "" if it is.
func (r *run) denied(d *typeDef, value any) string {
	if r.schema.bound.Authorized == nil {
		return ""
	}
	return r.schema.bound.Authorized(r.context, d.name, value)
}

func (r *run) nullError(at *target) *Error {
	if at.in.list != nil {
		parent := at.in
		for parent.list != nil {
			parent = parent.parent
		}
		// Two wrappers are taken off, whether the list itself may be null or not, as the gem does.
		item := unwrapped(unwrapped(at.def.typ).(*typeRef))
		return &Error{Message: fmt.Sprintf(textNullItem, item, parent.typ.name, at.def.name)}
	}
	return &Error{Message: fmt.Sprintf(textNullField, at.in.typ.name, at.def.name)}
}

func (r *run) object(at *target, t *typeRef, d *typeDef, value any) {
	inner := &place{parent: at.in, key: at.key, nonNull: t.NonNull, typ: d, value: value, object: &Object{}}
	inner.object.place = inner
	r.set(at.in, at.key, inner.object, t.NonNull)
	var below []selection
	for _, f := range at.all {
		below = append(below, f.selections...)
	}
	r.selections(inner, below)
}

func (r *run) list(at *target, t *typeRef, value any) {
	items := reflect.ValueOf(value)
	if items.Kind() != reflect.Slice && items.Kind() != reflect.Array {
		r.bug(fmt.Errorf("%s.%s: a %T is no list", at.in.typ.name, at.node.name, value))
		return
	}
	inner := &place{parent: at.in, key: at.key, nonNull: t.NonNull, list: make([]any, items.Len())}
	r.set(at.in, at.key, &list{inner}, t.NonNull)
	for i := range items.Len() {
		item := &target{in: inner, key: i, def: at.def, node: at.node, all: at.all}
		r.complete(item, t.Elem, items.Index(i).Interface())
	}
}

// isNil says that a resolver gave nothing: nil, or a pointer, a map or an interface that is. An empty list may be nil.
func isNil(value any) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Map) && v.IsNil()
}

// output is what is shown of a scalar or an enum. An error of the type's Output is a bug of the caller's.
func (t *typeDef) output(value any) (any, error) {
	if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer {
		value = v.Elem().Interface()
	}
	if t.kind == kindEnum {
		name := fmt.Sprint(value)
		if !t.has(name) {
			return nil, fmt.Errorf("%q is no %s", name, t.name)
		}
		return name, nil
	}
	if t.scalar.Output != nil {
		value = t.scalar.Output(value)
	}
	if err, ok := value.(error); ok {
		return nil, err
	}
	return value, nil
}
