import os
os.system('echo polder')
