// The webhook editor.
