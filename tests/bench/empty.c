/* A program that does nothing: the floor under every start. */
int main(void) {
	return 0;
}
