
"serve

xPyFunc