


aConst

x	WriteFile