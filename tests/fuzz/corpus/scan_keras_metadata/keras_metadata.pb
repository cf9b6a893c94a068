
Troot"_tf_keras_layer*5{"class_name": "Sequential", "config": {"name": "x"}}2
Oroot"_tf_keras_layer*0{"class_name": "Dense", "config": {"name": "x"}}2